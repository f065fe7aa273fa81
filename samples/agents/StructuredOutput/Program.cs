// An answer that parses into a type: the schema of the type becomes a grammar, and the model can write nothing else.
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

var services = new ServiceCollection();
services.AddSlerpChatClient(options => options.ModelPath = args.FirstOrDefault());
await using var provider = services.BuildServiceProvider();
var client = provider.GetRequiredService<IChatClient>();

const string Passage = "Invoice 4711 was sent to Maria Costa on Monday. The amount of 250 euros is due in 30 days.";
var options = new ChatOptions
{
    ResponseFormat = ChatResponseFormat.ForJsonSchema(AIJsonUtilities.CreateJsonSchema(typeof(Invoice), serializerOptions: JsonSerializerOptions.Web)),
    Temperature = 0,
    MaxOutputTokens = 120,
};
var response = await client.GetResponseAsync($"{Passage}\n\nWhich invoice is it?", options);
var invoice = JsonSerializer.Deserialize<Invoice>(response.Text, JsonSerializerOptions.Web)!;
Console.WriteLine(JsonSerializer.Serialize(invoice, JsonSerializerOptions.Web));

/// <summary>What the answer is parsed into.</summary>
internal sealed record Invoice(string Customer, int Number, int Amount, Currency Currency);

/// <summary>One of a few words.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<Currency>))]
internal enum Currency
{
    Euro,
    Dollar,
}
