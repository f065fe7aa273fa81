namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>A scanner whose matches leave nothing out: each begins where the one before it ends.</summary>
internal interface ICoveringScanner : IPatternScanner
{
    /// <summary>The end of the match that begins at a place within the text; behind it.</summary>
    int EndAt(ReadOnlySpan<char> text, int position);

    /// <inheritdoc/>
    void IPatternScanner.Scan(ReadOnlySpan<char> text, List<TextRange> matches, CancellationToken cancellationToken)
    {
        for (var position = 0; position < text.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var end = EndAt(text, position);
            matches.Add(new TextRange(position, end - position));
            position = end;
        }
    }
}
