using Slerp.Engine.Tokenizers.Merging;

namespace Slerp.Engine.Tokenizers;

/// <summary>The tokens of one encoding call while they are collected.</summary>
/// <param name="cancellation">Asked at every piece of the text, and within long ones.</param>
internal sealed class TokenList(CancellationToken cancellation = default)
{
    private readonly List<int> ids = [];
    private readonly List<int> offsets = [];
    private readonly SymbolRun run = new(cancellation);

    /// <summary>Ends the call where nobody waits for it any more.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Adds a token that ends at a position of the original text.</summary>
    public void Add(int id, int offset)
    {
        // A character that became several may end before its neighbour began: offsets never decrease.
        ids.Add(id);
        offsets.Add(offsets.Count > 0 ? Math.Max(offset, offsets[^1]) : offset);
    }

    /// <summary>Adds the tokens of a piece.</summary>
    public void AddTokensOf(TextPiece piece, BytePairEncoder model)
    {
        cancellation.ThrowIfCancellationRequested();
        model.Encode(piece.Span, run);
        var tokens = run.Ids;
        var lengths = run.Lengths;
        var position = piece.Start;
        for (var i = 0; i < tokens.Length; i++)
        {
            position += lengths[i];
            Add(tokens[i], position == piece.Start ? piece.Source.StartOf(piece.Start) : piece.Source.EndOf(position - 1));
        }
    }

    /// <summary>The result.</summary>
    public Encoding ToEncoding() => new([.. ids], [.. offsets]);
}
