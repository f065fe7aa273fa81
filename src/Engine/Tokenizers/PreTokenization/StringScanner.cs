namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>Finds a fixed string.</summary>
internal sealed class StringScanner(string pattern) : IPatternScanner
{
    /// <inheritdoc/>
    public void Scan(ReadOnlySpan<char> text, List<TextRange> matches, CancellationToken cancellationToken = default)
    {
        for (var position = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var found = text[position..].IndexOf(pattern, StringComparison.Ordinal);
            if (found < 0)
            {
                return;
            }

            matches.Add(new TextRange(position + found, pattern.Length));
            position += found + pattern.Length;
        }
    }
}
