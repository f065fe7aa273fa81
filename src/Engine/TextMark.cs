namespace Slerp.Engine;

/// <summary>Finds a mark in a text as it arrives, byte by byte or character by character: the one reader of marks for grammars and for checks.</summary>
/// <remarks>
/// <para>Found by the Knuth–Morris–Pratt automaton (1977), whose state is the length of the part read last. Immutable.</para>
/// <para>
/// One that counts only at the start is found behind white space; and where it begins a JSON object, white space may stand in it as in any JSON.
/// Of both together up to <see cref="MostSpace"/> symbols, so that an answer of white space alone does not wait for ever. Its state counts them, too.
/// </para>
/// </remarks>
internal sealed class TextMark
{
    /// <summary>The text did not begin with the mark, which counts only there.</summary>
    public const int Missed = -1;

    /// <summary>Most bytes of white space that stand before or within what an answer begins with.</summary>
    public const int MostSpace = 16;

    private const int LengthBits = 16;
    private const int SpaceBits = 8;

    private readonly int[] _symbols;
    private readonly int[] _fallback;
    private readonly bool _onlyAtStart;
    private readonly bool[] _isGap;

    /// <param name="bytes">The mark, to be found in bytes; may be empty, then it is never found.</param>
    /// <param name="onlyAtStart">Whether it counts only where the text begins with it, white space before it aside.</param>
    public TextMark(ReadOnlySpan<byte> bytes, bool onlyAtStart = false)
        : this(Array.ConvertAll(bytes.ToArray(), static value => (int)value), onlyAtStart)
    {
    }

    /// <param name="text">The mark, to be found in characters; may be empty, then it is never found.</param>
    /// <param name="onlyAtStart">Whether it counts only where the text begins with it, white space before it aside.</param>
    public TextMark(string text, bool onlyAtStart = false)
        : this(Array.ConvertAll(text.ToCharArray(), static value => (int)value), onlyAtStart)
    {
    }

    private TextMark(int[] symbols, bool onlyAtStart)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(symbols.Length, 1 << LengthBits, nameof(symbols));
        (_symbols, _onlyAtStart) = (symbols, onlyAtStart);
        _fallback = Fallbacks(symbols);
        _isGap = Gaps(symbols);
    }

    /// <summary>Where the automaton stands after something that is no text.</summary>
    public int Interrupted => _onlyAtStart ? Missed : 0;

    /// <summary>How much of the mark was read last, after one more symbol.</summary>
    public int Advance(int matched, int symbol)
    {
        if (matched == Missed || _symbols.Length == 0)
        {
            return matched;
        }

        if (_onlyAtStart)
        {
            return _symbols[Read(matched)] == symbol ? matched + 1 : IsSpace(symbol) ? AfterSpace(matched) : Missed;
        }

        while (matched > 0 && _symbols[matched] != symbol)
        {
            matched = _fallback[matched];
        }

        return matched + (_symbols[matched] == symbol ? 1 : 0);
    }

    /// <summary>Whether all of it was read.</summary>
    public bool IsComplete(int matched) => matched > 0 && Read(matched) == _symbols.Length && _symbols.Length > 0;

    /// <summary>Whether nothing but white space was read, and the mark may follow it.</summary>
    public static bool IsAtStart(int matched) => matched != Missed && Read(matched) == 0;

    /// <summary>Symbols read last that belong to the mark, white space in it among them.</summary>
    public static int Length(int matched) => matched == Missed ? 0 : Read(matched) + (matched >> (LengthBits + SpaceBits));

    /// <summary>Whether a symbol is white space before a mark: the same as in JSON.</summary>
    public static bool IsSpace(int symbol) => symbol is ' ' or '\n' or '\r' or '\t';

    /// <summary>What is left of the mark to read.</summary>
    public ReadOnlySpan<int> Rest(int matched) => _symbols.AsSpan(matched == Missed ? 0 : Read(matched));

    /// <summary>Where the mark begins in a text, or what may become it; the text's length where neither is.</summary>
    public int Find(ReadOnlySpan<char> text)
    {
        var matched = 0;
        for (var index = 0; index < text.Length && matched != Missed; index++)
        {
            matched = Advance(matched, text[index]);
            if (IsComplete(matched))
            {
                return index + 1 - Length(matched);
            }
        }

        return text.Length - Length(matched);
    }

    // From low bits to high: how much of the mark was read, white space before it, white space in it.
    private static int Read(int matched) => matched & ((1 << LengthBits) - 1);

    private int AfterSpace(int matched)
    {
        var read = Read(matched);
        var before = (matched >> LengthBits) & ((1 << SpaceBits) - 1);
        var within = matched >> (LengthBits + SpaceBits);
        return before + within == MostSpace || (read > 0 && !_isGap[read]) ? Missed
            : read == 0 ? matched + (1 << LengthBits)
            : matched + (1 << (LengthBits + SpaceBits));
    }

    // Where white space may stand in the beginning of a JSON object: everywhere but in its strings.
    private static bool[] Gaps(int[] mark)
    {
        var gaps = new bool[mark.Length];
        var isInString = false;
        for (var index = 1; index < mark.Length && mark[0] == '{'; index++)
        {
            gaps[index] = !isInString;
            isInString ^= mark[index] == '"';
        }

        return gaps;
    }

    private static int[] Fallbacks(int[] mark)
    {
        var fallback = new int[mark.Length + 1];
        for (var (index, length) = (1, 0); index < mark.Length; index++)
        {
            while (length > 0 && mark[index] != mark[length])
            {
                length = fallback[length];
            }

            length += mark[index] == mark[length] ? 1 : 0;
            fallback[index + 1] = length;
        }

        return fallback;
    }
}
