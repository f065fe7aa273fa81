namespace Slerp.Engine.Constraints.Strings;

/// <summary>A place inside a JSON string's text, byte by byte: UTF-8 sequences and escapes. Immutable.</summary>
/// <param name="Phase">Where the cursor stands.</param>
/// <param name="Value">Bits of the code point or code unit read so far.</param>
/// <param name="Missing">UTF-8 bytes or hexadecimal digits still to come.</param>
/// <param name="Extra">Utf8: length of the sequence; surrogate phases: the high surrogate.</param>
internal readonly record struct StringCursor(StringPhase Phase, int Value, int Missing, int Extra)
{
    /// <summary>Result of <see cref="Advance"/>: the byte is not possible here.</summary>
    public const int Dead = -1;

    /// <summary>Result of <see cref="Advance"/>: the byte belongs to a code point that is not complete yet.</summary>
    public const int Pending = -2;

    /// <summary>Result of <see cref="Advance"/>: the closing quote.</summary>
    public const int Close = -3;

    private const int LastCodePoint = 0x10FFFF;

    public bool IsBody => Phase is StringPhase.Body;

    /// <summary>Reads one byte: a code point that it completes, or <see cref="Dead"/>, <see cref="Pending"/> or <see cref="Close"/>.</summary>
    /// <param name="symbol">The byte.</param>
    /// <param name="next">The cursor after it; must not be the variable that this cursor is read from.</param>
    public int Advance(int symbol, out StringCursor next)
    {
        next = default;
        return Phase switch
        {
            StringPhase.Body => Begin(symbol, out next),
            StringPhase.Utf8 => Continue(symbol, out next),
            StringPhase.Escape => Escaped(symbol, out next),
            StringPhase.Unicode or StringPhase.LowUnicode => HexDigit(symbol, out next),
            StringPhase.HighSurrogate => Expect(symbol, '\\', this with { Phase = StringPhase.LowEscape }, out next),
            _ => Expect(symbol, 'u', new StringCursor(StringPhase.LowUnicode, 0, 4, Extra), out next),
        };
    }

    /// <summary>The code points that the pending bytes can still become: one or two intervals (the second empty as 0, -1).</summary>
    public (int Low, int High, int SecondLow, int SecondHigh) Reachable()
    {
        switch (Phase)
        {
            case StringPhase.Utf8:
                var (low, high) = (Value << (6 * Missing), (Value << (6 * Missing)) | ((1 << (6 * Missing)) - 1));
                var least = Extra switch { 2 => 0x80, 3 => 0x800, _ => 0x10000 };
                return WithoutSurrogates(Math.Max(low, least), Math.Min(high, LastCodePoint));
            case StringPhase.Unicode:
                var first = Value << (4 * Missing);
                var last = first | ((1 << (4 * Missing)) - 1);
                var (a, b, c, d) = WithoutSurrogates(first, last);
                if (first > 0xDBFF || last < 0xD800)
                {
                    return (a, b, c, d);
                }

                var supplement = (Low: Supplement(Math.Max(first, 0xD800), 0xDC00), High: Supplement(Math.Min(last, 0xDBFF), 0xDFFF));
                // Below and above the surrogates only one side can be left, except when nothing has been read.
                return Missing == 4 ? (0, LastCodePoint, 0, -1) : a <= b ? (a, b, supplement.Low, supplement.High) : (supplement.Low, supplement.High, 0, -1);
            case StringPhase.HighSurrogate or StringPhase.LowEscape:
                return (Supplement(Extra, 0xDC00), Supplement(Extra, 0xDFFF), 0, -1);
            case StringPhase.LowUnicode:
                var unitLow = Math.Max(Value << (4 * Missing), 0xDC00);
                var unitHigh = Math.Min((Value << (4 * Missing)) | ((1 << (4 * Missing)) - 1), 0xDFFF);
                return unitLow <= unitHigh ? (Supplement(Extra, unitLow), Supplement(Extra, unitHigh), 0, -1) : (0, -1, 0, -1);
            default:
                return (0, LastCodePoint, 0, -1);
        }
    }

    private static (int Low, int High, int SecondLow, int SecondHigh) WithoutSurrogates(int low, int high)
    {
        if (low >= 0xD800 && low <= 0xDFFF)
        {
            low = 0xE000;
        }

        if (high >= 0xD800 && high <= 0xDFFF)
        {
            high = 0xD7FF;
        }

        return low <= high ? (low, high, 0, -1) : (0, -1, 0, -1);
    }

    private static int Supplement(int highSurrogate, int lowSurrogate) => 0x10000 + ((highSurrogate - 0xD800) << 10) + (lowSurrogate - 0xDC00);

    private static int Begin(int symbol, out StringCursor next)
    {
        next = default;
        switch (symbol)
        {
            case '"':
                return Close;
            case '\\':
                next = new StringCursor(StringPhase.Escape, 0, 0, 0);
                return Pending;
            case < 0x20 or > 0xF4 or (>= 0x80 and < 0xC2):
                return Dead;
            case < 0x80:
                return symbol;
            case < 0xE0:
                next = new StringCursor(StringPhase.Utf8, symbol & 0x1F, 1, 2);
                return Pending;
            case < 0xF0:
                next = new StringCursor(StringPhase.Utf8, symbol & 0x0F, 2, 3);
                return Pending;
            default:
                next = new StringCursor(StringPhase.Utf8, symbol & 0x07, 3, 4);
                return Pending;
        }
    }

    private static int Expect(int symbol, int expected, StringCursor then, out StringCursor next)
    {
        next = then;
        return symbol == expected ? Pending : Dead;
    }

    private static int Escaped(int symbol, out StringCursor next)
    {
        next = default;
        switch (symbol)
        {
            case '"' or '\\' or '/':
                return symbol;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                next = new StringCursor(StringPhase.Unicode, 0, 4, 0);
                return Pending;
            default:
                return Dead;
        }
    }

    private int Continue(int symbol, out StringCursor next)
    {
        next = this with { Value = (Value << 6) | (symbol & 0x3F), Missing = Missing - 1 };
        if ((symbol & ~0x3F) != 0x80)
        {
            return Dead;
        }

        var (low, high, _, _) = next.Reachable();
        if (low > high)
        {
            return Dead;
        }

        return Ended(next.Missing == 0, next.Value, ref next);
    }

    private int HexDigit(int symbol, out StringCursor next)
    {
        var digit = symbol >= 128 || !char.IsAsciiHexDigit((char)symbol) ? -1 : symbol <= '9' ? symbol - '0' : (symbol | 0x20) - 'a' + 10;
        next = this with { Value = (Value << 4) | digit, Missing = Missing - 1 };
        if (digit < 0)
        {
            return Dead;
        }

        var (low, high, _, _) = next.Reachable();
        if (low > high)
        {
            return Dead;
        }

        if (Phase is StringPhase.Unicode && next.Missing == 0 && next.Value is >= 0xD800 and <= 0xDBFF)
        {
            next = new StringCursor(StringPhase.HighSurrogate, 0, 0, next.Value);
            return Pending;
        }

        return Ended(next.Missing == 0, Phase is StringPhase.LowUnicode ? low : next.Value, ref next);
    }

    private static int Ended(bool isComplete, int codePoint, ref StringCursor next)
    {
        if (!isComplete)
        {
            return Pending;
        }

        next = default;
        return codePoint;
    }
}
