// An answer that parses into a type: the schema of the type becomes a grammar, and the model can write nothing else.
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

if (args is not ([] or ["--model", _]))
{
    Console.Error.WriteLine("error: expected --model DIR, a checkpoint folder, or nothing for the embedded model.");
    return 2;
}

var services = new ServiceCollection();
services.AddSlerpChatClient(options => options.ModelPath = args.ElementAtOrDefault(1));
await using var provider = services.BuildServiceProvider();
var client = provider.GetRequiredService<IChatClient>();

const string Passage = "The manufacturer of the Velin keyboard is Nordlicht Media. The colour of the Velin keyboard is green. The price of the Velin keyboard is 250 euros.";
// What the type does not have, no model can write; the model is told so as well.
var strict = new AIJsonSchemaCreateOptions { TransformOptions = new AIJsonSchemaTransformOptions { DisallowAdditionalProperties = true } };
var options = new ChatOptions
{
    ResponseFormat = ChatResponseFormat.ForJsonSchema(
        AIJsonUtilities.CreateJsonSchema(typeof(Product), serializerOptions: JsonSerializerOptions.Web, inferenceOptions: strict)),
    Temperature = 0,
    MaxOutputTokens = 120,
};
var response = await client.GetResponseAsync($"{Passage}\n\nGive me JSON with the fields manufacturer, colour, price.", options);
var product = JsonSerializer.Deserialize<Product>(response.Text, JsonSerializerOptions.Web)!;
Console.WriteLine(JsonSerializer.Serialize(product, JsonSerializerOptions.Web));
return 0;

/// <summary>What the answer is parsed into.</summary>
internal sealed record Product(string Manufacturer, Colour Colour, string Price);

/// <summary>One of a few words.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Colour>))]
internal enum Colour
{
    [JsonStringEnumMemberName("red")]
    Red,

    [JsonStringEnumMemberName("green")]
    Green,

    [JsonStringEnumMemberName("blue")]
    Blue,
}
