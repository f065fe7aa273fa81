namespace Slerp.Engine.Tokenizers.Merging;

/// <summary>Byte-pair encoding of one piece of text.</summary>
/// <remarks>
/// <para>Formula: start from one symbol per byte or character; while a rule applies, join the pair of lowest rank, the leftmost among equals.</para>
/// <para>Cost: O(n log n) for a piece of n symbols; there is no cache, so no tenant can read from timing what another one wrote.</para>
/// <para>Source: Sennrich, Haddow and Birch 2016. Thread-safe: all state is in the caller's <see cref="SymbolRun"/>.</para>
/// </remarks>
internal sealed class BytePairEncoder
{
    private readonly ISymbolSource symbols;
    private readonly MergeTable merges;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>? wholeWords;

    /// <summary>Joins the parts of a model.</summary>
    /// <param name="symbols">Where the first symbols come from.</param>
    /// <param name="merges">The rules; none of them makes a control token.</param>
    /// <param name="wholeWords">The tokens a whole piece may become without merging, or null where the rules always apply.</param>
    public BytePairEncoder(ISymbolSource symbols, MergeTable merges, Dictionary<string, int>? wholeWords)
    {
        this.symbols = symbols;
        this.merges = merges;
        this.wholeWords = wholeWords?.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Replaces the content of the run by the tokens of the piece.</summary>
    public void Encode(ReadOnlySpan<char> piece, SymbolRun run)
    {
        run.Clear();
        if (wholeWords is { } words && piece.Length <= Vocabulary.MaximumTokenLength && words.TryGetValue(symbols.Spell(piece, run), out var id))
        {
            run.Add(id, piece.Length);
            return;
        }

        symbols.Read(piece, run);
        run.Join(merges);
    }
}
