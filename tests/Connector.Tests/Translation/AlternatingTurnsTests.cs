using Microsoft.Extensions.AI;
using Slerp.Connector.Tests.Doubles;
using Slerp.Connector.Translation;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Translation;

/// <summary>Templates that demand alternation get it, where they refuse the turns as given; the rest are left alone.</summary>
public sealed class AlternatingTurnsTests
{
    private static readonly ChatMessage[] Untidy =
    [
        new(ChatRole.System, "sys"),
        new(ChatRole.Assistant, "a1") { AuthorName = "One" },
        new(ChatRole.Assistant, "a2") { AuthorName = "Two" },
        new(ChatRole.User, "u1"),
        new(ChatRole.System, "late"),
    ];

    [Fact]
    public async Task TemplateThatTakesAll_GetsTheTurnsAsGiven() =>
        Assert.Equal("System:sys Assistant:a1 Assistant:a2 User:u1 System:late", Assert.Single(await TriedAsync(_ => false)));

    [Fact]
    public async Task TemplateThatDemandsAlternation_GetsIt() =>
        Assert.Equal("System:sys User: Assistant:a1\n\na2 User:u1\n\nlate", (await TriedAsync(turns => turns.Count > 4))[^1]);

    [Fact]
    public async Task TemplateWithoutSystemTurn_GetsItWithTheUser() =>
        Assert.Equal("User:sys Assistant:a1\n\na2 User:u1\n\nlate", (await TriedAsync(turns => turns[0].Role == ChatTurnRole.System))[^1]);

    [Fact]
    public void MovedSystemText_IsProtected()
    {
        var turns = AlternatingTurns.Of(
            [
                new ChatTurn { Role = ChatTurnRole.System, Parts = [new ChatPart("sys"), new ChatPart("doc", ChatPartKind.Passage)] },
                ChatTurn.FromText(ChatTurnRole.User, "u1"),
            ],
            keepSystem: false);
        Assert.Equal(
            [("sys", ChatPartKind.Protected), ("doc", ChatPartKind.Passage), ("\n\n", ChatPartKind.Text), ("u1", ChatPartKind.Text)],
            Assert.Single(turns).Parts.Select(part => (part.Text, part.Kind)));
    }

    [Fact]
    public async Task TemplateThatRefusesAll_FailsTheRequest() =>
        await Assert.ThrowsAsync<ChatTemplateException>(() => TriedAsync(_ => true));

    [Fact]
    public async Task PlainConversation_IsNotOfferedTwice()
    {
        using var under = new ClientUnderTest(new FakeEngine { Refusal = _ => new ChatTemplateException("no") });
        await Assert.ThrowsAsync<ChatTemplateException>(() => under.AskAsync(true));
        Assert.Single(under.Engine.Requests);
    }

    private static async Task<IReadOnlyList<string>> TriedAsync(Func<IReadOnlyList<ChatTurn>, bool> refuses)
    {
        using var under = new ClientUnderTest(new FakeEngine
        {
            Refusal = request => refuses(((Prompt.Conversation)request.Prompt).Turns) ? new ChatTemplateException("no") : null,
        });
        await under.AskAsync(true, Untidy);
        return [.. under.Engine.Requests.Select(request => string.Join(
            ' ', ((Prompt.Conversation)request.Prompt).Turns.Select(turn => $"{turn.Role}:{string.Concat(turn.Parts.Select(part => part.Text))}")))];
    }
}
