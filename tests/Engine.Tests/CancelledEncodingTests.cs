using Slerp.Engine.Templates;
using Slerp.Engine.Tests.Tokenizers;
using Slerp.Engine.Tokenizers;
using Slerp.Engine.Tokenizers.Merging;
using Slerp.Engine.Tokenizers.PreTokenization;

namespace Slerp.Engine.Tests;

/// <summary>A prompt that nobody waits for any more is rendered and encoded no further: counted in steps and pieces, not in time.</summary>
public sealed class CancelledEncodingTests
{
    private const int Words = 1_000_000;
    private const int Enough = 25;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Prompt_IsEncodedNoFurther(bool isRaw)
    {
        using var cancellation = new CancellationTokenSource();
        var symbols = new CancellingSymbols(cancellation, Enough);
        var vocabulary = new Vocabulary("tokenizer.json");
        var tokenizer = new Tokenizer(new TokenizerParts
        {
            Vocabulary = vocabulary,
            Model = new BytePairEncoder(symbols, new MergeTable(0), wholeWords: null),
            PreTokenizer = new SplitPreTokenizer(new GptTwoScanner(), SplitBehavior.Isolated),
            Decoding = new DecodingRules(),
        });
        var encoder = new PromptEncoder(tokenizer, ChatTemplate.Parse("{{ messages[0].content }}"), 0, new TranscriptMemory(tokenizer, 0));
        var text = string.Concat(Enumerable.Repeat(" a", Words));
        Prompt prompt = isRaw ? new Prompt.Raw(text) : new Prompt.Conversation([ChatTurn.FromText(ChatTurnRole.User, text)], [], new Dictionary<string, System.Text.Json.JsonElement>());
        var failure = Assert.Throws<OperationCanceledException>(() => encoder.Encode(prompt, "", cancellation.Token));
        Assert.Equal((cancellation.Token, Enough), (failure.CancellationToken, symbols.Pieces));
        Assert.Equal(Words, encoder.Encode(prompt, "").Ids.Length);
    }

    [Fact]
    public void PieceWithoutEnd_IsJoinedNoFurther()
    {
        using var cancellation = new CancellationTokenSource();
        var merges = new MergeTable(0);
        merges.Add(0, 0, 0, 1);
        var run = new SymbolRun(cancellation.Token);
        for (var symbol = 0; symbol < Words; symbol++)
        {
            run.Add(0, 1);
        }

        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => run.Join(merges));
        Assert.Equal((Words, 0), (run.Count, run.Ids[0]));
    }

    [Theory]
    [InlineData(GptTwoScanner.Pattern)]
    [InlineData(WordAndNumberScanner.LlamaPattern)]
    [InlineData("[a-z]")]
    [InlineData(@"\w+|[^\w\s]+")]
    [InlineData(@"\p{N}")]
    public void Scanner_GoesNoFurther(string pattern)
    {
        var matches = new List<TextRange>();
        var scanner = PatternCatalog.Create(pattern, null, "tokenizer.json");
        var text = string.Concat(Enumerable.Repeat("a 1 ", 1000));
        Assert.Throws<OperationCanceledException>(() => scanner.Scan(text, matches, new CancellationToken(canceled: true)));
        Assert.Empty(matches);
    }

    [Fact]
    public void Template_TakesNoFurtherStep()
    {
        using var cancellation = new CancellationTokenSource();
        var clock = new CancellingClock(cancellation, Enough);
        var template = ChatTemplate.Parse("{% for number in range(messages[0].content | length) %}{{ strftime_now('%Y') }}{% endfor %}", time: clock);
        var input = new ChatTemplateInput { Turns = [ChatTurn.FromText(ChatTurnRole.User, new string('a', 1000))] };
        clock.IsArmed = true;
        Assert.Throws<OperationCanceledException>(() => template.Render(input, cancellation.Token));
        Assert.Equal(Enough, clock.Asked);
    }

    [Fact]
    public void TokensAreTheSame_WhoeverMayCancel()
    {
        var tokenizer = TinyTokenizers.Load(TinyTokenizers.ByteLevel());
        var text = string.Concat(Enumerable.Repeat("hello the cat 123 ", 200)) + new string('a', 5000);
        using var cancellation = new CancellationTokenSource();
        Assert.Equal(tokenizer.Encode(text).Ids, tokenizer.Encode(text, [], cancellation.Token).Ids);
    }

    private sealed class CancellingSymbols(CancellationTokenSource cancellation, int last) : ISymbolSource
    {
        public int Pieces { get; private set; }

        public void Read(ReadOnlySpan<char> piece, SymbolRun run)
        {
            run.Add(0, piece.Length);
            if (++Pieces == last)
            {
                cancellation.Cancel();
            }
        }

        public ReadOnlySpan<char> Spell(ReadOnlySpan<char> piece, SymbolRun run) => piece;
    }

    private sealed class CancellingClock(CancellationTokenSource cancellation, int last) : TimeProvider
    {
        /// <summary>Whether it counts: not while the template's traits are found out.</summary>
        public bool IsArmed { get; set; }

        public int Asked { get; private set; }

        public override DateTimeOffset GetUtcNow()
        {
            if (IsArmed && ++Asked == last)
            {
                cancellation.Cancel();
            }

            return DateTimeOffset.UnixEpoch;
        }
    }
}
