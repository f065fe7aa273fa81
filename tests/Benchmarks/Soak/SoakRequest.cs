using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Connector;

namespace Slerp.Benchmarks.Soak;

/// <summary>One request of a soak: what is asked, and whether the answer has the form asked for.</summary>
/// <param name="Kind">Its kind, for messages.</param>
/// <param name="Messages">What is asked.</param>
/// <param name="Options">How.</param>
/// <param name="IsSound">Whether an answer that ended by itself is what was asked for.</param>
internal sealed record SoakRequest(string Kind, List<ChatMessage> Messages, ChatOptions Options, Func<ChatResponse, bool> IsSound)
{
    private static readonly string[] Words = ["Lisbon", "Oslo", "Turin", "Bergen", "Porto", "Ghent", "Tartu", "Graz"];

    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration(
        "get_weather",
        "Get the current weather in a city.",
        JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string","maxLength":30}},"required":["city"],"additionalProperties":false}"""));

    private static readonly JsonElement Schema = JsonElement.Parse(
        """{"type":"object","properties":{"city":{"type":"string","maxLength":20},"days":{"type":"integer","minimum":1,"maximum":9}},"required":["city","days"],"additionalProperties":false}""");

    /// <summary>A request by chance.</summary>
    public static SoakRequest Draw(Random random)
    {
        var city = Words[random.Next(Words.Length)];
        var options = new ChatOptions
        {
            Temperature = random.Next(2) == 0 ? 0 : 0.8f,
            Seed = random.Next(),
            MaxOutputTokens = random.Next(8, 65),
            AdditionalProperties = new() { [SlerpProperties.Drafter] = random.Next(3) switch { 0 => "vanilla", 1 => "recycling", _ => "auto" } },
        };
        List<ChatMessage> messages = [new(ChatRole.User, $"What is the weather in {city}? {random.Next(1000)}")];
        switch (random.Next(5))
        {
            case 0:
                options.Tools = [Weather];
                options.ToolMode = ChatToolMode.RequireAny;
                options.AllowMultipleToolCalls = false;
                options.MaxOutputTokens = 80;
                return new SoakRequest("call", messages, options, static response => response.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>().Any(
                    static call => call is { Name: "get_weather", Exception: null, Arguments: { } arguments } && arguments.ContainsKey("city")));
            case 1:
                options.ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema);
                options.MaxOutputTokens = 80;
                return new SoakRequest("schema", messages, options, static response => JsonElement.Parse(response.Text).TryGetProperty("days", out _));
            case 2:
                messages.InsertRange(0, [new(ChatRole.User, $"Tell me of {city}."), new(ChatRole.Assistant, string.Join(' ', Enumerable.Repeat(city + " is a town by the sea.", random.Next(1, 40))))]);
                return new SoakRequest("long", messages, options, static _ => true);
            default:
                return new SoakRequest("plain", messages, options, static _ => true);
        }
    }
}
