using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Slerp.Connector.Hosting;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using static Slerp.Connector.Conformance.Asking;

namespace Slerp.Connector.Conformance;

/// <summary>Contract 8: what was seen when frameworks ran such clients. Where it differs from section 1, it wins.</summary>
public sealed class Section8Tests
{
    private static readonly ChatOptions WithTool = new() { Tools = [TestTools.Weather] };

    [Theory]
    [InlineData("<tool_call>{bad</tool_call>", true)]
    [InlineData("<tool_call>{bad</tool_call>", false)]
    [InlineData("<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": </tool_call>", true)]
    [InlineData("<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": </tool_call>", false)]
    [InlineData("<tool_call>{\"name\": \"get_weather\", \"arguments\": \"{bad\"}</tool_call>", true)]
    [InlineData("<tool_call>{\"name\": \"get_weather\", \"arguments\": \"{bad\"}</tool_call>", false)]
    public async Task Dangerous1_UnparsableCalls_AreNeverEmitted_TheirTextIs(string answer, bool streaming)
    {
        var response = await AnswerAsync(streaming, answer, WithTool);
        Assert.DoesNotContain(response.Messages.SelectMany(message => message.Contents), content => content is FunctionCallContent);
        Assert.Equal(answer, response.Text);
    }

    [Theory, BothWays]
    public async Task Dangerous2_ArgumentValues_AreScalars_AndJsonForEverythingNested(bool streaming)
    {
        const string answer = """<tool_call>{"name":"get_weather","arguments":{"s":"x","i":5,"d":1.5,"b":true,"n":null,"a":[1],"o":{"k":1},"big":1e999}}</tool_call>""";
        var arguments = (await AnswerAsync(streaming, answer, WithTool)).Messages[0].Contents.OfType<FunctionCallContent>().Single().Arguments!;
        Assert.Equal(["x", 5L, 1.5, true, null], ((string[])["s", "i", "d", "b", "n"]).Select(key => arguments[key]));
        Assert.All(["a", "o", "big"], key => Assert.IsType<JsonElement>(arguments[key]));
    }

    [Fact]
    public async Task Dangerous3_ConversationId_IsNeverReturned() =>
        Assert.All(await UpdatesAsync(Call, new ChatOptions { ConversationId = "c", Tools = [TestTools.Weather] }), update => Assert.Null(update.ConversationId));

    [Fact]
    public async Task Dangerous4_MessageId_IsConstant() =>
        Assert.Single((await UpdatesAsync("one two three")).Select(update => update.MessageId).OfType<string>().Distinct());

    [Fact]
    public void Dangerous5_Metadata_IsNeverNull()
    {
        using var under = new ClientUnderTest();
        Assert.NotNull(((IChatClient)under.Client).GetService<ChatClientMetadata>());
    }

    [Theory, BothWays]
    public async Task Dangerous6_ProviderExceptions_PassUnwrapped(bool streaming)
    {
        var failure = new DeviceException("gone", isTransient: true);
        using var under = new ClientUnderTest(new FakeEngine { Refusal = _ => failure });
        Assert.Same(failure, await Assert.ThrowsAsync<DeviceException>(() => under.AskAsync(streaming)));
    }

    [Theory, BothWays]
    public async Task Requests_NullOptions_AreFine(bool streaming) => Assert.Equal("Hi", (await AnswerAsync(streaming, "Hi", options: null)).Text);

    [Theory, BothWays]
    public async Task Requests_SameOptionsInEveryToolRound_AreNeverChanged(bool streaming)
    {
        var options = new KernelLike { Tools = [TestTools.Weather], ToolMode = ChatToolMode.RequireAny };
        await RequestAsync(streaming, options);
        Assert.Same(ChatToolMode.RequireAny, options.ToolMode);
        options.ToolMode = null;
        Assert.IsType<OutputForm.FreeText>(Assert.IsType<OutputForm.ToolCalls>((await RequestAsync(streaming, options)).Output).Otherwise);
    }

    [Theory, BothWays]
    public async Task Requests_InstructionsAsASystemMessageWithAnAuthor_OrInTheOptions_AreTheSame(bool streaming)
    {
        var message = Assert.Single(await TurnsAsync(streaming, null, new ChatMessage(ChatRole.System, "Be brief.") { AuthorName = "agent" }));
        var option = Assert.Single(await TurnsAsync(streaming, new ChatOptions { Instructions = "Be brief." }));
        Assert.Equal((ChatTurnRole.System, "Be brief."), (message.Role, message.Text()));
        Assert.Equal((option.Role, option.Text()), (message.Role, message.Text()));
    }

    [Theory, BothWays]
    public async Task Requests_EmptyUserText_IsTaken(bool streaming) => Assert.Empty(Assert.Single(await TurnsAsync(streaming, null, User(""))).Text());

    [Theory, BothWays]
    public async Task Requests_ProcessedCalls_AreStillRendered(bool streaming) => Assert.Equal(
        "Plugin_Function",
        Assert.Single((await TurnsAsync(streaming, null, new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "Plugin_Function") { InformationalOnly = true }])))[0].ToolCalls).Name);

    [Theory, BothWays]
    public async Task Requests_ReasoningThatComesBack_IsKeptApartFromTheText(bool streaming)
    {
        var turn = Assert.Single(await TurnsAsync(streaming, null, new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("hm"), new TextContent("42")])));
        Assert.Equal(("hm", "42"), (turn.Reasoning, turn.Text()));
    }

    [Theory, BothWays]
    public async Task Requests_ToolNames_AreNeverChanged(bool streaming)
    {
        var tool = AIFunctionFactory.CreateDeclaration("Plugin_Function", "A kernel function.", JsonElement.Parse("""{"type":"object"}"""));
        var answer = """<tool_call>{"name":"Plugin_Function","arguments":{}}</tool_call>""";
        Assert.Equal("Plugin_Function", (await AnswerAsync(streaming, answer, new ChatOptions { Tools = [tool] })).Messages[0].Contents.OfType<FunctionCallContent>().Single().Name);
    }

    [Theory, BothWays]
    public async Task Requests_GroupChats_ConsecutiveAssistantsAndAnAssistantAtTheEnd_AreTaken(bool streaming)
    {
        var turns = await TurnsAsync(
            streaming, null, User("Go"), new(ChatRole.Assistant, "I am A.") { AuthorName = "A" }, new(ChatRole.Assistant, "I am B.") { AuthorName = "B" });
        Assert.Equal([null, "A", "B"], turns.Select(turn => turn.Name));
    }

    [Theory, BothWays]
    public async Task Requests_TemplateThatDemandsAlternation_GetsIt(bool streaming)
    {
        using var under = new ClientUnderTest(new FakeEngine
        {
            Refusal = request => ((Prompt.Conversation)request.Prompt).Turns is [.., { Role: ChatTurnRole.User }, { Role: ChatTurnRole.User }] ? new ChatTemplateException("alternate") : null,
        });
        await under.AskAsync(streaming, [User("a"), User("b")]);
        Assert.Equal("a\n\nb", Assert.Single(((Prompt.Conversation)under.Engine.LastRequest.Prompt).Turns).Text());
    }

    [Theory, BothWays]
    public async Task Requests_HistorySplitAsStreamingAgentsSplitIt_IsRendered(bool streaming)
    {
        var turns = await TurnsAsync(
            streaming,
            WithTool,
            User("both?"),
            new(ChatRole.Assistant, [new FunctionCallContent("1", "f")]),
            new(ChatRole.Tool, [new FunctionResultContent("1", "one")]),
            new(ChatRole.Assistant, [new FunctionCallContent("2", "g")]),
            new(ChatRole.Tool, [new FunctionResultContent("2", "two")]),
            new(ChatRole.Assistant, "Preamble. Answer."));
        Assert.Equal(["", "f", "", "g", "", ""], turns.Select(turn => turn.ToolCalls.SingleOrDefault()?.Name ?? ""));
    }

    [Theory, BothWays]
    public async Task Requests_QuotedResultsAndFailures_ReachTheModelAsPlainText(bool streaming)
    {
        var turns = await TurnsAsync(
            streaming,
            null,
            new ChatMessage(ChatRole.Tool,
            [
                new FunctionResultContent("1", JsonElement.Parse("\"21 degrees\"")), new FunctionResultContent("2", "Error: Function failed."),
                new FunctionResultContent("3", JsonElement.Parse("""{"t":21}""")),
            ]));
        Assert.Equal(["21 degrees", "Error: Function failed.", """{"t":21}"""], turns.Select(turn => Compact(turn.Text())));
    }

    [Theory, BothWays]
    public async Task Requests_HistoryWithCallsButNoTools_IsTaken(bool streaming) => Assert.Equal(
        3,
        (await TurnsAsync(
            streaming,
            null,
            User("go"),
            new(ChatRole.Assistant, [new FunctionCallContent("1", "f")]),
            new(ChatRole.Tool, [new FunctionResultContent("1", "one")]))).Count);

    [Theory, BothWays]
    public async Task Requests_SchemasWithUnknownAnnotationsTextDefaultsAndTypeLists_AreAccepted(bool streaming)
    {
        var schema = JsonElement.Parse(
            """{"type":"object","condition":"always","properties":{"n":{"type":["integer","null"],"default":"5"},"city":{"type":"string","x-note":1}},"required":["city"]}""");
        var tool = AIFunctionFactory.CreateDeclaration("Plugin_Function", "A kernel function.", schema);
        var form = Assert.IsType<OutputForm.ToolCalls>((await RequestAsync(streaming, new ChatOptions { Tools = [tool], ToolMode = ChatToolMode.RequireAny })).Output);
        Assert.Equal("Plugin_Function", Assert.Single(form.Tools).Name);
    }

    [Theory, BothWays]
    public async Task Requests_UnknownModelId_IsAnsweredByTheOwnModel_AndLoggedOnce(bool streaming)
    {
        using var under = new ClientUnderTest();
        Assert.Equal("Hello there", (await under.AskAsync(streaming, new ChatOptions { ModelId = "somebody-elses" })).Text);
        Assert.Contains("somebody-elses", Assert.Single(under.Logger.Warnings), StringComparison.Ordinal);
    }

    [Theory, BothWays]
    public async Task Output_UsageCounts_AreWholeNumbersThatCanBeSummed(bool streaming)
    {
        var (first, second) = (await AnswerAsync(streaming, "one"), await AnswerAsync(streaming, "two"));
        var sum = new UsageDetails();
        sum.Add(first.Usage!);
        sum.Add(second.Usage!);
        Assert.Equal(first.Usage!.AdditionalCounts![SlerpProperties.Steps] * 2, sum.AdditionalCounts![SlerpProperties.Steps]);
    }

    [Theory, BothWays]
    public async Task Output_AfterACacheHit_StatisticsAreStillRead(bool streaming)
    {
        var response = await AnswerAsync(streaming, "Hello");
        var cached = JsonSerializer.Deserialize<ChatResponse>(JsonSerializer.Serialize(response, AIJsonUtilities.DefaultOptions), AIJsonUtilities.DefaultOptions)!;
        var replayed = new List<ChatResponseUpdate>(cached.ToChatResponseUpdates()).ToChatResponse();
        Assert.Equal(response.GetSlerpStatistics(), replayed.GetSlerpStatistics());
    }

    [Fact]
    public async Task Registrations_ConcreteAndInterface_AreOneClient_DisposedTwiceHarmlessly()
    {
        var model = Directory.CreateTempSubdirectory("slerp-conformance-");
        File.WriteAllText(Path.Combine(model.FullName, "config.json"), "{}");
        var services = new ServiceCollection().AddSingleton<IEngineLoader>(new FakeLoader(new FakeEngine()));
        services.AddSlerpChatClient(options => options.ModelPath = model.FullName);
        services.AddKeyedSlerpChatClient("small", options => options.ModelPath = model.FullName);
        services.AddSingleton<IChatClient>(provider => new Wrapped(provider.GetRequiredService<SlerpChatClient>()));
        var provider = services.BuildServiceProvider();
        Assert.IsType<Wrapped>(provider.GetRequiredService<IChatClient>());
        Assert.Same(provider.GetRequiredKeyedService<SlerpChatClient>("small"), provider.GetRequiredKeyedService<IChatClient>("small"));
        Assert.Equal("Hello there", (await provider.GetRequiredService<IChatClient>().GetResponseAsync("Hi")).Text);
        await provider.DisposeAsync();
        model.Delete(recursive: true);
    }

    private sealed class KernelLike : ChatOptions;

    private sealed class Wrapped(IChatClient inner) : DelegatingChatClient(inner);
}
