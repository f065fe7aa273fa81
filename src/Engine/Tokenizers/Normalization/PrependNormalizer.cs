namespace Slerp.Engine.Tokenizers.Normalization;

/// <summary>Puts a string before every text that is not empty.</summary>
/// <param name="prefix">The string.</param>
/// <param name="fileName">The file the rule comes from.</param>
/// <param name="onlyAtStart">Whether text after an added token is left as it is.</param>
internal sealed class PrependNormalizer(string prefix, string fileName, bool onlyAtStart = false) : INormalizer
{
    /// <inheritdoc/>
    public AlignedText Normalize(AlignedText text)
    {
        if (text.Text.Length == 0 || (onlyAtStart && text.StartOf(0) > 0))
        {
            return text;
        }

        var builder = new AlignedTextBuilder(text, fileName);
        builder.Add(prefix, text.StartOf(0), text.StartOf(0));
        builder.Copy(text, 0, text.Text.Length);
        return builder.Build();
    }
}
