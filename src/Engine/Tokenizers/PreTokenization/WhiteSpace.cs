namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>The white-space alternatives that published patterns end with. All white space is in the Basic Multilingual Plane.</summary>
internal static class WhiteSpace
{
    /// <summary><c>\s+(?!\S)|\s+</c>: the run, less its last character where something follows and the run is longer than one.</summary>
    public static int RunEnd(ReadOnlySpan<char> text, int position)
    {
        var end = position;
        while (end < text.Length && char.IsWhiteSpace(text[end]))
        {
            end++;
        }

        return end < text.Length && end > position + 1 ? end - 1 : end;
    }

    /// <summary><c>\s*[\r\n]+</c>: up to the last line break of the run; the position itself if there is none.</summary>
    public static int LineBreakEnd(ReadOnlySpan<char> text, int position)
    {
        var breakEnd = position;
        for (var end = position; end < text.Length && char.IsWhiteSpace(text[end]); end++)
        {
            breakEnd = text[end] is '\r' or '\n' ? end + 1 : breakEnd;
        }

        return breakEnd;
    }
}
