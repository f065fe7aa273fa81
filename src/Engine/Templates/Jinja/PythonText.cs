namespace Slerp.Engine.Templates.Jinja;

/// <summary>What Python means by white space, line ends and positions in text: positions count code points, not UTF-16 units.</summary>
internal static class PythonText
{
    public static bool IsSpace(char character) => character is (>= '\t' and <= '\r') or (>= '\x1c' and <= '\x1f') or ' '
        || (character > '\x7f' && char.IsWhiteSpace(character));

    public static bool IsLineEnd(char character) => character is (>= '\n' and <= '\r') or (>= '\x1c' and <= '\x1e') or '\x85' or '\u2028' or '\u2029';

    public static bool HasPairs(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');

    /// <summary>How many code points the text has; a half pair counts as one.</summary>
    public static int Count(string text)
    {
        var count = text.Length;
        if (HasPairs(text))
        {
            for (var index = 0; index < text.Length - 1; index++)
            {
                if (char.IsSurrogatePair(text, index))
                {
                    count--;
                    index++;
                }
            }
        }

        return count;
    }

    /// <summary>How many UTF-16 units the code point at <paramref name="index"/> takes.</summary>
    public static int UnitsAt(string text, int index) => index + 1 < text.Length && char.IsSurrogatePair(text, index) ? 2 : 1;

    /// <summary>The UTF-16 offset of the code point number <paramref name="codePoint"/> (or the end).</summary>
    public static int Offset(string text, int codePoint)
    {
        if (!HasPairs(text))
        {
            return Math.Min(codePoint, text.Length);
        }

        var index = 0;
        for (; codePoint > 0 && index < text.Length; codePoint--)
        {
            index += UnitsAt(text, index);
        }

        return index;
    }
}
