using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Connector.Tests.Doubles;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests;

/// <summary>The embedded model decides by itself when to call: the share its card tells, on a few of the card's own questions.</summary>
public sealed class EmbeddedToolTests : IDisposable
{
    private const int Questions = 20;

    // The card says .975 of 200; arithmetic that differs from machine to machine may turn one or two.
    private const int AtLeastRight = 17;

    private readonly SlerpChatClient _client = new(new SlerpChatClientOptions());

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AutoMode_CallsTheRightFunction_WithTheRightArguments(bool streaming)
    {
        var right = 0;
        foreach (var line in File.ReadLines(Path.Combine(RepositoryRoot.Path, "tests", "Benchmarks", "embedded-quality", "tool_seen.jsonl")).Take(Questions))
        {
            var question = JsonElement.Parse(line);
            var expected = question.GetProperty("expected");
            var loop = new FunctionLoop(_client, mostRounds: 1);
            var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 120, ToolMode = ChatToolMode.Auto, Tools = [.. question.GetProperty("tools").EnumerateArray().Select(Tool)] };
            var messages = question.GetProperty("messages").EnumerateArray().Select(
                message => new ChatMessage(new ChatRole(message.GetProperty("role").GetString()!), message.GetProperty("content").GetString()));
            var response = streaming
                ? await loop.GetStreamingResponseAsync(messages, options).ToChatResponseAsync()
                : await loop.GetResponseAsync(messages, options);
            var arguments = expected.GetProperty("arguments").EnumerateObject().Select(argument => $"{argument.Name}: {argument.Value}");
            right += loop.Invoked is [var invoked] && invoked == $"{expected.GetProperty("name")}({string.Join(", ", arguments)})" ? 1 : 0;
            if (loop.Invoked.Count > 0)
            {
                Assert.Equal(ChatRole.Assistant, response.Messages[^1].Role);
                Assert.NotEmpty(response.Messages[^1].Text);
            }
        }

        Assert.True(right >= AtLeastRight, $"{right} of {Questions} calls were right; the card leads to expect {AtLeastRight} at least.");
    }

    [Theory]
    [InlineData("vanilla")]
    [InlineData("auto")]
    public async Task AutoMode_WritesWholeCalls_HoweverWildItIsDrawn(string drafter)
    {
        var light = AIFunctionFactory.Create((string room, bool on) => $"{room} {on}", "set_light", "Switch the light in a room on or off.");
        var called = 0;
        for (var seed = 1; seed <= 16; seed++)
        {
            var response = await _client.GetResponseAsync("Switch on the office light.", new ChatOptions
            {
                Tools = [light],
                Temperature = 1.2f,
                Seed = seed,
                MaxOutputTokens = 150,
                StopSequences = ["\n", "}", "office"],
                AdditionalProperties = new() { [SlerpProperties.Drafter] = drafter },
            });
            Assert.DoesNotContain("<tool_call>", response.Text, StringComparison.Ordinal);
            called += response.FinishReason == ChatFinishReason.ToolCalls ? 1 : 0;
        }

        Assert.True(called > 3, $"{called} of 16 answers called the function.");
    }

    [Fact]
    public async Task ModeNone_WritesNoCall_WhereItsConversationTemptsTheModel()
    {
        var light = AIFunctionFactory.Create((string room, bool on) => $"{room} {on}", "set_light", "Switch the light in a room on or off.");
        var tempted = 0;
        foreach (var room in new[] { "office", "kitchen", "cellar" })
        {
            // Calls and results in its past, as text that nothing recognises and as calls: only the latter tell that tools are in play.
            var called = new FunctionCallContent("1", "set_light", new Dictionary<string, object?> { ["room"] = "hall", ["on"] = true });
            ChatMessage[] before = [new(ChatRole.User, "Switch on the hall light."), new(ChatRole.Assistant, [called]), new(ChatRole.Tool, [new FunctionResultContent("1", "done")]), new(ChatRole.Assistant, "Done.")];
            ChatMessage[] asText =
            [
                before[0], new(ChatRole.Assistant, "<tool_call>\n{\"name\": \"set_light\", \"arguments\": {\"room\": \"hall\", \"on\": true}}\n</tool_call>"),
                new(ChatRole.User, "<tool_response>\ndone\n</tool_response>"), before[3],
            ];
            var question = new ChatMessage(ChatRole.User, $"Switch on the {room} light.");
            var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 60 };
            tempted += (await _client.GetResponseAsync([.. asText, question], options)).Text.Contains("<tool_call>", StringComparison.Ordinal) ? 1 : 0;
            foreach (var quiet in new[] { new ChatOptions { ToolMode = ChatToolMode.None, Tools = [light] }, new ChatOptions() })
            {
                (quiet.Temperature, quiet.MaxOutputTokens) = (0, 60);
                var response = await _client.GetResponseAsync([.. before, question], quiet);
                Assert.DoesNotContain("<tool_call>", response.Text, StringComparison.Ordinal);
                Assert.All(response.Messages.SelectMany(message => message.Contents), content => Assert.IsNotType<FunctionCallContent>(content));
            }
        }

        Assert.True(tempted > 0, "the conversation tempts");
    }

    private static Recorded Tool(JsonElement tool) => new(tool.GetProperty("function"));

    // Answers whatever it is asked.
    private sealed class Recorded(JsonElement function) : AIFunction
    {
        public override string Name => function.GetProperty("name").GetString()!;

        public override string Description => function.GetProperty("description").GetString()!;

        public override JsonElement JsonSchema => function.GetProperty("parameters");

        protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) => new("{\"result\": \"done\"}");
    }
}
