using System.Globalization;
using System.Text;

namespace Slerp.Engine.Constraints.Strings;

/// <summary>Writes code points as JSON string text, also after a code point that was begun. Pure.</summary>
internal static class StringText
{
    /// <summary>Appends one code point, escaped where JSON demands it.</summary>
    public static void Append(int codePoint, List<int> symbols)
    {
        switch (codePoint)
        {
            case '"' or '\\':
                symbols.Add('\\');
                symbols.Add(codePoint);
                return;
            case < 0x20:
                symbols.Add('\\');
                AppendUnicode(codePoint, symbols);
                return;
            default:
                Span<byte> bytes = stackalloc byte[4];
                foreach (var b in bytes[..new Rune(codePoint).EncodeToUtf8(bytes)])
                {
                    symbols.Add(b);
                }

                return;
        }
    }

    /// <summary>Appends what turns the cursor's pending bytes into <paramref name="codePoint"/>, which must be reachable.</summary>
    public static void Finish(StringCursor cursor, int codePoint, List<int> symbols)
    {
        switch (cursor.Phase)
        {
            case StringPhase.Utf8:
                Span<byte> bytes = stackalloc byte[4];
                var length = new Rune(codePoint).EncodeToUtf8(bytes);
                foreach (var b in bytes[(length - cursor.Missing)..length])
                {
                    symbols.Add(b);
                }

                return;
            case StringPhase.Escape:
                AppendUnicode(codePoint, symbols);
                return;
            case StringPhase.Unicode:
                AppendDigits(codePoint < 0x10000 ? codePoint : High(codePoint), cursor.Missing, symbols);
                if (codePoint >= 0x10000)
                {
                    AppendLow(codePoint, 6, symbols);
                }

                return;
            case StringPhase.HighSurrogate:
                AppendLow(codePoint, 6, symbols);
                return;
            case StringPhase.LowEscape:
                AppendLow(codePoint, 5, symbols);
                return;
            case StringPhase.LowUnicode:
                AppendLow(codePoint, cursor.Missing, symbols);
                return;
            default:
                Append(codePoint, symbols);
                return;
        }
    }

    private static void AppendUnicode(int codePoint, List<int> symbols)
    {
        symbols.Add('u');
        AppendDigits(codePoint < 0x10000 ? codePoint : High(codePoint), 4, symbols);
        if (codePoint >= 0x10000)
        {
            AppendLow(codePoint, 6, symbols);
        }
    }

    private static void AppendLow(int codePoint, int last, List<int> symbols)
    {
        var unit = 0xDC00 + ((codePoint - 0x10000) & 0x3FF);
        var text = "\\u" + unit.ToString("x4", CultureInfo.InvariantCulture);
        foreach (var c in text.AsSpan(text.Length - last))
        {
            symbols.Add(c);
        }
    }

    private static void AppendDigits(int unit, int last, List<int> symbols)
    {
        foreach (var c in unit.ToString("x4", CultureInfo.InvariantCulture).AsSpan(4 - last))
        {
            symbols.Add(c);
        }
    }

    private static int High(int codePoint) => 0xD800 + ((codePoint - 0x10000) >> 10);
}
