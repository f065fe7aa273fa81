namespace Slerp.Engine.Tokenizers.Normalization;

/// <summary>Replaces every occurrence of a string.</summary>
internal sealed class ReplaceNormalizer(string pattern, string content, string fileName) : INormalizer
{
    /// <inheritdoc/>
    public AlignedText Normalize(AlignedText text)
    {
        var characters = text.Text;
        var found = characters.IndexOf(pattern, StringComparison.Ordinal);
        if (found < 0)
        {
            return text;
        }

        var builder = new AlignedTextBuilder(text, fileName);
        var position = 0;
        while (found >= 0)
        {
            builder.Copy(text, position, found - position);
            position = found + pattern.Length;
            builder.Add(content, text.StartOf(found), text.EndOf(position - 1));
            found = characters.IndexOf(pattern, position, StringComparison.Ordinal);
        }

        builder.Copy(text, position, characters.Length - position);
        return builder.Build();
    }
}
