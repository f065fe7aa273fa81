namespace Slerp.Engine.Tokenizers.PreTokenization;

/// <summary>The English endings 's 't 're 've 'm 'll 'd that published patterns keep whole.</summary>
internal static class Contraction
{
    /// <summary>The length of the ending at a position, 0 if there is none.</summary>
    public static int LengthAt(ReadOnlySpan<char> text, int position, bool ignoreCase)
    {
        if (text[position] != '\'' || position + 1 >= text.Length)
        {
            return 0;
        }

        var first = Fold(text[position + 1], ignoreCase);
        if (first is 's' or 't' or 'm' or 'd')
        {
            return 2;
        }

        if (position + 2 >= text.Length)
        {
            return 0;
        }

        return (first, Fold(text[position + 2], ignoreCase)) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    // U+017F, the long s, is the one non-ASCII character whose case folding is one of these letters.
    private static char Fold(char character, bool ignoreCase) =>
        !ignoreCase ? character : character == '\u017F' ? 's' : char.ToLowerInvariant(character);
}
