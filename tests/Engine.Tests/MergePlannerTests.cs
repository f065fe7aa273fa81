using System.Text.Json;
using Slerp.Engine.Templates;
using Slerp.Engine.Tokenizers;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests;

/// <summary>What of a conversation may be merged: every token of a run comes from one mergeable part, and nothing protected is in one.</summary>
public sealed class MergePlannerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ITokenizer _tokenizer;
    private readonly PromptEncoder _encoder;

    public MergePlannerTests()
    {
        var path = new ToyCheckpoint().Save(_folder);
        _tokenizer = TokenizerLoader.Load(path);
        _encoder = new PromptEncoder(_tokenizer, ChatTemplate.Load(path), 0, new TranscriptMemory(_tokenizer, 0));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Conversation_OffersPassagesToolResultsAndOldTurns() => Assert.Equal(
        ["old question", "old answer", "a passage", "another passage", "a result", "the last passage"],
        Merged(
            ChatTurn.FromText(ChatTurnRole.System, "system words"),
            ChatTurn.FromText(ChatTurnRole.User, "old question"),
            new ChatTurn { Role = ChatTurnRole.Assistant, Parts = [new ChatPart("old answer")], Reasoning = "old thoughts", Name = "somebody" },
            new ChatTurn
            {
                Role = ChatTurnRole.User,
                Parts = [new ChatPart("a passage", ChatPartKind.Passage), new ChatPart("another passage", ChatPartKind.Passage), new ChatPart("the question")],
            },
            ChatTurn.FromText(ChatTurnRole.Assistant, "let me look"),
            new ChatTurn { Role = ChatTurnRole.Tool, Parts = [new ChatPart("a result")], ToolCallId = "call", Name = "tool" },
            new ChatTurn { Role = ChatTurnRole.System, Parts = [new ChatPart("more words"), new ChatPart("the last passage", ChatPartKind.Passage)] }));

    [Fact]
    public void QuestionAlone_OffersNothing() => Assert.Empty(Merged(
        ChatTurn.FromText(ChatTurnRole.System, "system words"), ChatTurn.FromText(ChatTurnRole.User, "the question")));

    [Fact]
    public void ProtectedPart_IsNotMergedInAnyTurn() => Assert.Equal(
        ["old question", "old answer"],
        Merged(
            new ChatTurn { Role = ChatTurnRole.User, Parts = [new ChatPart("system words", ChatPartKind.Protected), new ChatPart("old question")] },
            ChatTurn.FromText(ChatTurnRole.Assistant, "old answer"),
            ChatTurn.FromText(ChatTurnRole.User, "the question")));

    [Fact]
    public void NoQuestion_OffersOnlyPassagesAndResults() => Assert.Equal(
        ["a passage"],
        Merged(ChatTurn.FromText(ChatTurnRole.Assistant, "hello there"), new ChatTurn { Role = ChatTurnRole.System, Parts = [new ChatPart("a passage", ChatPartKind.Passage)] }));

    [Fact]
    public void ShortPartsAndRawText_OfferNothing()
    {
        Assert.Empty(Merged(new ChatTurn { Role = ChatTurnRole.User, Parts = [new ChatPart("p", ChatPartKind.Passage), new ChatPart("", ChatPartKind.Passage), new ChatPart("q")] }));
        Assert.Empty(MergePlanner.Spans(_encoder.Encode(new Prompt.Raw("a passage of many words"), "")));
    }

    [Fact]
    public void CharactersOfSeveralTokens_AreNotCutFromTheirPart() => Assert.Equal(
        ["Žluťoučký kůň", "日本語 👩‍🚀"],
        Merged(new ChatTurn
        {
            Role = ChatTurnRole.User,
            Parts = [new ChatPart("Žluťoučký kůň", ChatPartKind.Passage), new ChatPart("日本語 👩‍🚀", ChatPartKind.Passage), new ChatPart("ř?")],
        }));

    private List<string> Merged(params ChatTurn[] turns)
    {
        var prompt = _encoder.Encode(new Prompt.Conversation(turns, [], new Dictionary<string, JsonElement>()), "");
        var texts = new List<string>();
        var end = 0;
        foreach (var span in MergePlanner.Spans(prompt))
        {
            Assert.True(span.Start >= end && span.Length > 1 && span.End < prompt.Ids.Length);
            end = span.End;
            texts.Add(_tokenizer.Decode(prompt.Ids.AsSpan(span.Start, span.Length), skipSpecial: false));
        }

        return texts;
    }
}
