using Microsoft.Extensions.AI;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using Slerp.Tests.Shared;
using static Slerp.Connector.Conformance.Asking;

namespace Slerp.Connector.Conformance;

/// <summary>What a function-invoking client needs: calls it can run, results it can send back, an end to it.</summary>
public sealed class FunctionInvokingTests : IDisposable
{
    private const string Time = "<tool_call>\n{\"name\": \"get_time\", \"arguments\": {\"zone\": \"UTC\"}}\n</tool_call>";

    private readonly TemporaryFolder _folder = new();
    private readonly AIFunction _weather = AIFunctionFactory.Create((string city) => $"rain in {city}", "get_weather", "The weather of a city.");

    public void Dispose() => _folder.Dispose();

    [Theory, BothWays]
    public async Task ParallelCalls_AreAllRun_AndTheModelHearsEachResult(bool streaming)
    {
        var time = AIFunctionFactory.Create((string zone) => new { zone, hour = 12 }, "get_time");
        var (response, loop, under) = await RunAsync(streaming, new() { Tools = [_weather, time] }, "Let me see.\n" + Call + "\n" + Time, "Rain at noon.");
        using var client = under;
        Assert.Equal(["get_weather(city: Lisbon)", "get_time(zone: UTC)"], loop.Invoked);
        Assert.Equal("Rain at noon.", response.Messages[^1].Text);
        Assert.Equal([ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant], response.Messages.Select(message => message.Role));
        var turns = Turns(under, 1);
        Assert.Equal([ChatTurnRole.User, ChatTurnRole.Assistant, ChatTurnRole.Tool, ChatTurnRole.Tool], turns.Select(turn => turn.Role));
        Assert.Equal(("Let me see.", 2), (turns[1].Text(), turns[1].ToolCalls.Count));
        Assert.Equal(turns[1].ToolCalls.Select(call => (call.Id, call.Name)), turns.Skip(2).Select(turn => (turn.ToolCallId!, turn.Name!)));
        Assert.Equal(["rain in Lisbon", "{\"zone\":\"UTC\",\"hour\":12}"], turns.Skip(2).Select(turn => Compact(turn.Text())));
        Assert.Equal(2 * 7, response.Usage!.InputTokenCount);
    }

    [Theory, BothWays]
    public async Task Failures_AreToldToTheModel_NotThrown(bool streaming)
    {
        var broken = AIFunctionFactory.Create(new Func<string, string>(city => throw new InvalidOperationException(city)), "get_weather");
        var (response, loop, under) = await RunAsync(streaming, new() { Tools = [broken] }, Call + "\n" + Time, "I could not find out.");
        using var client = under;
        Assert.Single(loop.Invoked);
        Assert.Equal(["Error: Function failed.", "Error: Requested function \"get_time\" not found."], Turns(under, 1).Skip(2).Select(turn => turn.Text()));
        Assert.Equal((ChatFinishReason.Stop, "I could not find out."), (response.FinishReason, response.Messages[^1].Text));
    }

    [Theory, BothWays]
    public async Task CallThatCannotBeRead_IsText_AndNothingRuns(bool streaming)
    {
        var (response, loop, under) = await RunAsync(streaming, new() { Tools = [_weather] }, "<tool_call>{\"name\": \"get_weather\", \"arguments\": {bad}</tool_call>");
        using var client = under;
        Assert.Empty(loop.Invoked);
        Assert.StartsWith("<tool_call>", response.Text, StringComparison.Ordinal);
        Assert.Single(under.Engine.Requests);
    }

    [Theory, BothWays]
    public async Task RequiredMode_HoldsForTheFirstRound_TheLastRoundHasNoTools(bool streaming)
    {
        var options = new ChatOptions { Tools = [_weather], ToolMode = ChatToolMode.RequireAny };
        var (response, loop, under) = await RunAsync(streaming, options, Call, Call, Call, Call, Call);
        using var client = under;
        Assert.Equal(4, loop.Invoked.Count);
        Assert.Equal([false, true, true, true, true], under.Engine.Requests.Select(request => request.Output.MayBeText));
        Assert.Equal([1, 1, 1, 1, 0], under.Engine.Requests.Select(request => ((Prompt.Conversation)request.Prompt).Tools.Count));
        Assert.Equal(Call, response.Messages[^1].Text);
        Assert.Equal(4, Turns(under, 4).Count(turn => turn.ToolCalls.Count == 1));
        Assert.IsType<RequiredChatToolMode>(options.ToolMode);
    }

    [Theory, BothWays]
    public async Task ForcedCalls_OfARealModel_RunWithTheirArguments(bool streaming)
    {
        await using var client = new SlerpChatClient(new SlerpChatClientOptions { ModelPath = new ToyCheckpoint { WritesTools = true, CanEnd = true, Context = 2048 }.Save(_folder) });
        for (var seed = 1; seed <= 3; seed++)
        {
            var heard = new List<(bool On, int Level)>();
            var set = AIFunctionFactory.Create((bool on, Level level) => heard.Add((on, (int)level)), "set");
            var loop = new FunctionLoop(client, mostRounds: 1);
            var response = await AskAsync(loop, streaming, new()
            {
                Tools = [_weather, set],
                ToolMode = ChatToolMode.RequireSpecific("set"),
                StopSequences = ["\n", "e", "{"],
                Temperature = 1,
                Seed = seed,
                MaxOutputTokens = 160,
            });
            Assert.NotEmpty(heard);
            Assert.All(loop.Invoked, call => Assert.StartsWith("set(", call, StringComparison.Ordinal));
            Assert.Equal(ChatRole.Assistant, response.Messages[^1].Role);
            Assert.Equal(loop.Invoked.Count, response.Messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>().Count());
        }
    }

    private enum Level
    {
        Low,
        High,
    }

    private static IReadOnlyList<ChatTurn> Turns(ClientUnderTest under, int request) => ((Prompt.Conversation)under.Engine.Requests[request].Prompt).Turns;

    private static async Task<(ChatResponse Response, FunctionLoop Loop, ClientUnderTest Under)> RunAsync(bool streaming, ChatOptions options, params string[] answers)
    {
        var round = 0;
        var under = new ClientUnderTest(new FakeEngine
        {
            Script = _ => FakeEngine.Segments(FinishReason.EndOfText, [.. answers[round++].Chunk(5).Select(piece => new string(piece))]),
        });
        var loop = new FunctionLoop(under.Client);
        return (await AskAsync(loop, streaming, options), loop, under);
    }

    private static Task<ChatResponse> AskAsync(FunctionLoop client, bool streaming, ChatOptions options) =>
        streaming ? client.GetStreamingResponseAsync([User("Hi")], options).ToChatResponseAsync() : client.GetResponseAsync([User("Hi")], options);
}
