namespace Slerp.Engine.Tokenizers;

/// <summary>The tokens of a text and where each one ends in it.</summary>
/// <remarks>
/// A character cut over several byte tokens counts whole for the token that holds its first byte; the tokens that hold only its
/// later bytes are empty ranges at the same end. Positions are UTF-16 units of the text as it was given, before normalisation.
/// </remarks>
/// <param name="Ids">The token ids, in text order.</param>
/// <param name="Offsets">For each token the position in the text after its last character; never decreasing.</param>
internal sealed record Encoding(int[] Ids, int[] Offsets)
{
    /// <summary>Where a token begins: the end of the one before it.</summary>
    public int StartOf(int index) => index == 0 ? 0 : Offsets[index - 1];

    /// <summary>Whether a token was made of characters of one span only, so that it may be treated as content.</summary>
    public bool LiesInside(int index, ContentSpan span) => StartOf(index) >= span.Start && Offsets[index] <= span.End;
}
