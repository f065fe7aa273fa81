namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>The pattern <c>\w+|[^\w\s]+</c>: runs of word characters and runs of anything else that is no space.</summary>
internal sealed class WordScanner : IPatternScanner
{
    /// <inheritdoc/>
    public void Scan(ReadOnlySpan<char> text, List<TextRange> matches, CancellationToken cancellationToken = default)
    {
        var start = 0;
        var kind = Kind.Space;
        for (var i = 0; i < text.Length;)
        {
            var rune = UnicodeClass.RuneAt(text, i, out var length);
            var next = UnicodeClass.IsWord(rune) ? Kind.Word : UnicodeClass.IsSpace(rune) ? Kind.Space : Kind.Other;
            if (next != kind)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Close(matches, kind, start, i);
                start = i;
                kind = next;
            }

            i += length;
        }

        Close(matches, kind, start, text.Length);
    }

    private static void Close(List<TextRange> matches, Kind kind, int start, int end)
    {
        if (kind != Kind.Space && end > start)
        {
            matches.Add(new TextRange(start, end - start));
        }
    }

    private enum Kind
    {
        Space,
        Word,
        Other,
    }
}
