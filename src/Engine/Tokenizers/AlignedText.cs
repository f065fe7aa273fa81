namespace Slerp.Engine.Tokenizers;

/// <summary>A text under normalisation that remembers which range of the original each of its characters came from.</summary>
/// <remarks>Immutable. The arrays are absent while the text is still a plain slice of the original.</remarks>
internal sealed class AlignedText
{
    private readonly int origin;
    private readonly int[]? starts;
    private readonly int[]? ends;

    /// <summary>A slice of the original text that begins at <paramref name="origin"/>.</summary>
    public AlignedText(string text, int origin)
    {
        Text = text;
        this.origin = origin;
        OriginalLength = text.Length;
    }

    /// <summary>A changed text.</summary>
    /// <param name="text">The characters now.</param>
    /// <param name="starts">For each character where its source begins in the original.</param>
    /// <param name="ends">For each character where its source ends in the original.</param>
    /// <param name="originalLength">The length of the slice all changes began with.</param>
    public AlignedText(string text, int[] starts, int[] ends, int originalLength)
    {
        Text = text;
        this.starts = starts;
        this.ends = ends;
        OriginalLength = originalLength;
    }

    /// <summary>The characters now.</summary>
    public string Text { get; }

    /// <summary>The length of the original slice.</summary>
    public int OriginalLength { get; }

    /// <summary>Where the source of a character begins.</summary>
    public int StartOf(int index) => starts is null ? origin + index : starts[index];

    /// <summary>Where the source of a character ends.</summary>
    public int EndOf(int index) => ends is null ? origin + index + 1 : ends[index];
}
