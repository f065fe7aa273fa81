using Slerp.Engine.Tokenizers.PreTokenization;

namespace Slerp.Engine.Tokenizers.Normalization;

/// <summary>Replaces every match of a pattern by a string.</summary>
internal sealed class PatternReplaceNormalizer(IPatternScanner pattern, string content, string fileName) : INormalizer
{
    /// <inheritdoc/>
    public AlignedText Normalize(AlignedText text)
    {
        var matches = new List<TextRange>();
        pattern.Scan(text.Text, matches);
        if (matches.Count == 0)
        {
            return text;
        }

        var builder = new AlignedTextBuilder(text, fileName);
        var position = 0;
        foreach (var match in matches)
        {
            builder.Copy(text, position, match.Start - position);
            position = match.Start + match.Length;
            builder.Add(content, text.StartOf(match.Start), text.EndOf(position - 1));
        }

        builder.Copy(text, position, text.Text.Length - position);
        return builder.Build();
    }
}
