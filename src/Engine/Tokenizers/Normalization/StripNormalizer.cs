namespace Slerp.Engine.Tokenizers.Normalization;

/// <summary>Removes white space from the ends of a text.</summary>
internal sealed class StripNormalizer(bool left, bool right, string fileName) : INormalizer
{
    /// <inheritdoc/>
    public AlignedText Normalize(AlignedText text)
    {
        var characters = text.Text.AsSpan();
        var start = left ? characters.Length - characters.TrimStart().Length : 0;
        var end = right ? characters.TrimEnd().Length : characters.Length;
        if (start == 0 && end == characters.Length)
        {
            return text;
        }

        var builder = new AlignedTextBuilder(text, fileName);
        builder.Copy(text, start, Math.Max(0, end - start));
        return builder.Build();
    }
}
