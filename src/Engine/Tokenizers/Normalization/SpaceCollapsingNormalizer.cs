namespace Slerp.Engine.Tokenizers.Normalization;

/// <summary>Removes spaces at the ends and keeps one of each run: what SentencePiece calls remove_extra_whitespaces.</summary>
internal sealed class SpaceCollapsingNormalizer(string fileName) : INormalizer
{
    /// <inheritdoc/>
    public AlignedText Normalize(AlignedText text)
    {
        var builder = new AlignedTextBuilder(text, fileName);
        var end = text.Text.AsSpan().TrimEnd(' ').Length;
        for (var i = 0; i < end; i++)
        {
            var isExtra = text.Text[i] == ' ' && (builder.Length == 0 || text.Text[i - 1] == ' ');
            if (!isExtra)
            {
                builder.Copy(text, i);
            }
        }

        return builder.Build();
    }
}
