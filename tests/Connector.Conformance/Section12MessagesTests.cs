using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using static Slerp.Connector.Conformance.Asking;

namespace Slerp.Connector.Conformance;

/// <summary>Contract 1.2: what messages may hold.</summary>
public sealed class Section12MessagesTests
{
    [Fact]
    public async Task NullMessages_AreRefusedAtOnce_BothWays()
    {
        using var under = new ClientUnderTest();
        Assert.Throws<ArgumentNullException>("messages", () => under.Client.GetStreamingResponseAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("messages", () => under.Client.GetResponseAsync(null!));
    }

    [Theory, BothWays]
    public async Task Messages_AreEnumeratedOnce(bool streaming)
    {
        var enumerations = 0;
        using var under = new ClientUnderTest();
        await under.AskAsync(streaming, Counted());
        Assert.Equal(1, enumerations);

        IEnumerable<ChatMessage> Counted()
        {
            enumerations++;
            yield return User("Hi");
        }
    }

    [Theory, BothWays]
    public async Task EmptyContents_OfAnyRole_AreTolerated(bool streaming) => Assert.Equal(
        4, (await TurnsAsync(streaming, null, new(ChatRole.System, []), new(ChatRole.User, []), new(ChatRole.Assistant, []), User("What?"))).Count);

    [Theory, BothWays]
    public async Task OddSequences_AreTolerated(bool streaming)
    {
        var turns = await TurnsAsync(
            streaming, null, User("a"), User("b"), new(ChatRole.System, "late"), new(new ChatRole("developer"), "dev"), new(new ChatRole("robot"), "who?"));
        Assert.Equal(
            [ChatTurnRole.User, ChatTurnRole.User, ChatTurnRole.System, ChatTurnRole.System, ChatTurnRole.User], turns.Select(turn => turn.Role));
    }

    [Theory, BothWays]
    public async Task NoMessages_GenerateFromTheBarePrompt(bool streaming)
    {
        using var under = new ClientUnderTest();
        Assert.Equal("Hello there", (await under.AskAsync(streaming, [])).Text);
    }

    [Theory, BothWays]
    public async Task TextAndSeveralCalls_AreOneTurn_SeveralResultsOneTurnEach_AlsoWithoutTheirCall(bool streaming)
    {
        var turns = await TurnsAsync(
            streaming,
            null,
            new(ChatRole.Assistant, [new TextContent("Wait."), new FunctionCallContent("1", "f", new Dictionary<string, object?> { ["x"] = 1 }), new FunctionCallContent("2", "g")]),
            new(ChatRole.Tool, [new FunctionResultContent("1", "one"), new FunctionResultContent("2", "two"), new FunctionResultContent("3", "orphan")]));
        Assert.Equal("Wait.", turns[0].Text());
        Assert.Equal(["f {\"x\":1}", "g {}"], turns[0].ToolCalls.Select(call => $"{call.Name} {Compact(call.Arguments)}"));
        Assert.Equal(["f one", "g two", " orphan"], turns.Skip(1).Select(turn => $"{turn.Name} {turn.Text()}"));
    }

    [Theory, BothWays]
    public async Task Results_AreTextAsIs_OrJson_NullIsEmpty(bool streaming)
    {
        var turns = await TurnsAsync(
            streaming,
            null,
            new ChatMessage(ChatRole.Tool,
            [
                new FunctionResultContent("1", "text"), new FunctionResultContent("2", new Dictionary<string, object?> { ["a"] = 1 }), new FunctionResultContent("3", null),
                new FunctionResultContent("4", JsonElement.Parse("\"quoted\"")),
            ]));
        Assert.Equal(["text", "{\"a\":1}", "", "quoted"], turns.Select(turn => Compact(turn.Text())));
    }

    [Theory, BothWays]
    public async Task ProcessedCalls_AreStillRendered(bool streaming) => Assert.Single(
        (await TurnsAsync(streaming, null, new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "f") { InformationalOnly = true }])))[0].ToolCalls);

    [Theory, BothWays]
    public async Task Reasoning_IsHandedOverApartFromText_AccountingIsIgnored(bool streaming)
    {
        var turn = Assert.Single(await TurnsAsync(
            streaming,
            null,
            new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("hm"), new TextContent("42"), new UsageContent(new UsageDetails()), new ErrorContent("e")])));
        Assert.Equal(("hm", "42"), (turn.Reasoning, turn.Text()));
    }

    [Theory, BothWays]
    public async Task UnreadableContent_IsRefusedByItsMediaType_OrIgnoredWhereAskedFor(bool streaming)
    {
        var image = new ChatMessage(ChatRole.User, [new TextContent("see"), new DataContent(new byte[] { 1 }, "image/png")]);
        var failure = await Assert.ThrowsAsync<NotSupportedException>(() => RequestAsync(streaming, null, image));
        Assert.Contains("image/png", failure.Message, StringComparison.Ordinal);
        using var lenient = new ClientUnderTest(configure: options => options.UnsupportedContent = UnsupportedContent.Ignore);
        Assert.Equal("Hello there", (await lenient.AskAsync(streaming, [image])).Text);
    }

    [Theory, BothWays]
    public async Task TextData_IsInlinedAsContext(bool streaming)
    {
        var turn = Assert.Single(await TurnsAsync(streaming, null, new ChatMessage(ChatRole.User, [new DataContent(Encoding.UTF8.GetBytes("The file."), "text/plain")])));
        Assert.Contains(turn.Parts, part => part is { Kind: ChatPartKind.Passage } && part.Text.Contains("The file.", StringComparison.Ordinal));
    }
}
