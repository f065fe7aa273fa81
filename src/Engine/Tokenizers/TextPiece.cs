namespace Slerp.Engine.Tokenizers;

/// <summary>A range of a normalised text: what the pre-tokenizers cut and the model encodes.</summary>
internal readonly record struct TextPiece(AlignedText Source, int Start, int Length)
{
    /// <summary>The characters.</summary>
    public ReadOnlySpan<char> Span => Source.Text.AsSpan(Start, Length);

    /// <summary>Where the piece ends within its source.</summary>
    public int End => Start + Length;
}
