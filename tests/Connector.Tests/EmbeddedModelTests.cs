using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Slerp.Engine;

namespace Slerp.Connector.Tests;

/// <summary>What needs no download: the embedded model, its answers bound by grammar, with and without a drafter.</summary>
public sealed class EmbeddedModelTests : IDisposable
{
    private static readonly AIFunction Weather = AIFunctionFactory.Create(
        (string city, int days, bool metric) => $"{city} {days} {metric}", "get_weather", "The weather of a city.");

    private static readonly AIFunction Time = AIFunctionFactory.Create((string zone) => zone, "get_time", "The time in a zone.");

    private readonly ServiceProvider _provider;
    private readonly IChatClient _client;

    public EmbeddedModelTests()
    {
        var services = new ServiceCollection();
        services.AddSlerpChatClient();
        _provider = services.BuildServiceProvider();
        _client = _provider.GetRequiredService<IChatClient>();
    }

    // The speculator of the embedded model need not be there.
    public static TheoryData<string> Drafters =>
        [.. EngineCatalog.Drafters.Where(static name => name != "mlp" || Directory.Exists(Path.Combine(AppContext.BaseDirectory, "models", "embedded-mlp")))];

    public void Dispose() => _provider.Dispose();

    [Fact]
    public async Task Hello_IsAnswered()
    {
        var response = await _client.GetResponseAsync("Hello", new ChatOptions { MaxOutputTokens = 40, Seed = 1 });
        Assert.NotEmpty(response.Text);
        Assert.Single(response.Messages);
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public async Task Schema_IsKept_AndTheDrafterDoesNotChangeIt(string drafter)
    {
        var schema = JsonElement.Parse(
            """
            {"type":"object","properties":{"name":{"type":"string","maxLength":20},"age":{"type":"integer","minimum":0,"maximum":150},
            "tags":{"type":"array","items":{"enum":["a","b"]},"maxItems":3}},"required":["name","age","tags"],"additionalProperties":false}
            """);
        foreach (var seed in new long[] { 1, 2, 3 })
        {
            var text = await AskAsync("Who is it?", drafter, seed, options => options.ResponseFormat = ChatResponseFormat.ForJsonSchema(schema));
            using var document = JsonDocument.Parse(text.Text);
            Assert.InRange(document.RootElement.GetProperty("age").GetInt32(), 0, 150);
            Assert.True(document.RootElement.GetProperty("name").GetString()!.Length <= 20);
            Assert.All(document.RootElement.GetProperty("tags").EnumerateArray(), tag => Assert.Contains(tag.GetString(), new[] { "a", "b" }));
            var vanilla = await AskAsync("Who is it?", "vanilla", seed, options => options.ResponseFormat = ChatResponseFormat.ForJsonSchema(schema));
            Assert.Equal(vanilla.Text, text.Text);
        }
    }

    [Fact]
    public async Task SchemaOfAType_GivesAnAnswerThatIsReadAsThatType()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var response = await AskAsync("When is the next train?", "auto", seed, options =>
            {
                options.ResponseFormat = ChatResponseFormat.ForJsonSchema(AIJsonUtilities.CreateJsonSchema(typeof(Train)));
                options.Temperature = 1.5f;
            });
            Assert.NotNull(JsonSerializer.Deserialize<Train>(response.Text, AIJsonUtilities.DefaultOptions));
        }
    }

    [Fact]
    public async Task AnswerNearItsLimit_IsClosedAsValidJson()
    {
        for (var limit = 12; limit < 40; limit += 5)
        {
            var response = await AskAsync("Write a long object.", "auto", 7, options =>
            {
                options.ResponseFormat = ChatResponseFormat.Json;
                options.MaxOutputTokens = limit;
            });
            using var document = JsonDocument.Parse(response.Text);
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RequiredTool_IsCalledWithValidArguments(bool isSpecific)
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var response = await AskAsync("Are birds real?", "auto", seed, options =>
            {
                options.Tools = [Time, Weather];
                options.ToolMode = isSpecific ? ChatToolMode.RequireSpecific("get_weather") : ChatToolMode.RequireAny;
                options.AllowMultipleToolCalls = false;
            });
            var call = Assert.Single(response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>());
            Assert.Null(call.Exception);
            Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
            if (isSpecific || call.Name == "get_weather")
            {
                Assert.Equal(["city", "days", "metric"], call.Arguments!.Keys.Order());
            }
        }
    }

    // Of a TimeSpan and an int the schema says less than what they read.
    private sealed record Train(Guid Id, DateOnly Day, TimeOnly Departs, DateTimeOffset Announced, DateTime? Arrived, Uri Timetable, bool IsLate);

    private Task<ChatResponse> AskAsync(string text, string drafter, long seed, Action<ChatOptions> configure)
    {
        var options = new ChatOptions { Seed = seed, MaxOutputTokens = 200, AdditionalProperties = new() { [SlerpProperties.Drafter] = drafter } };
        configure(options);
        return _client.GetResponseAsync(text, options);
    }
}
