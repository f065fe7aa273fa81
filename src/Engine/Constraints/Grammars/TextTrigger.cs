using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>What ends free text: bytes, a token, or both; and what follows it.</summary>
/// <remarks>
/// <para>Found by the Knuth–Morris–Pratt automaton (1977), whose state is the length of the part read last. Immutable.</para>
/// <para>
/// One that counts only at the start is found behind white space; and where it begins a JSON object, white space may stand in it as in any JSON.
/// Of both together up to <see cref="MostSpace"/> bytes, so that an answer of white space alone does not wait for ever. Its state counts them, too.
/// </para>
/// </remarks>
internal sealed class TextTrigger
{
    /// <summary>The text did not begin with the trigger, which counts only there.</summary>
    public const int Missed = -1;

    /// <summary>Most bytes of white space that stand before or within what an answer begins with.</summary>
    public const int MostSpace = 16;

    private const int LengthBits = 16;
    private const int SpaceBits = 8;

    private readonly byte[] _bytes;
    private readonly int[] _fallback;
    private readonly bool _onlyAtStart;
    private readonly bool[] _isGap;

    /// <param name="bytes">The bytes; may be empty where there is a token.</param>
    /// <param name="then">What follows them.</param>
    /// <param name="token">A special token that triggers, too; null for none.</param>
    /// <param name="thenAfterToken">What follows the token; null for the same.</param>
    /// <param name="onlyAtStart">Whether the bytes trigger only where the text begins with them, white space before them aside.</param>
    public TextTrigger(ReadOnlySpan<byte> bytes, Grammar then, int? token = null, Grammar? thenAfterToken = null, bool onlyAtStart = false)
    {
        if (bytes.Length == 0 && token is null)
        {
            throw new ArgumentException("Free text needs a trigger: bytes, a token, or both.", nameof(bytes));
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(bytes.Length, 1 << LengthBits, nameof(bytes));

        _bytes = bytes.ToArray();
        _fallback = Fallbacks(_bytes);
        _onlyAtStart = onlyAtStart;
        _isGap = Gaps(_bytes);
        (Then, Token, ThenAfterToken) = (then, token, thenAfterToken ?? then);
    }

    /// <summary>What follows the bytes.</summary>
    public Grammar Then { get; }

    /// <summary>The special token; null for none.</summary>
    public int? Token { get; }

    /// <summary>What follows the token.</summary>
    public Grammar ThenAfterToken { get; }

    /// <summary>Where the automaton stands after a special token that is another one.</summary>
    public int Interrupted => _onlyAtStart ? Missed : 0;

    /// <summary>How much of the trigger was read last, after one more byte.</summary>
    public int Advance(int matched, int symbol)
    {
        if (matched == Missed || _bytes.Length == 0)
        {
            return matched;
        }

        if (_onlyAtStart)
        {
            return _bytes[Read(matched)] == symbol ? matched + 1 : IsSpace(symbol) ? AfterSpace(matched) : Missed;
        }

        while (matched > 0 && _bytes[matched] != symbol)
        {
            matched = _fallback[matched];
        }

        return matched + (_bytes[matched] == symbol ? 1 : 0);
    }

    /// <summary>Whether all of it was read.</summary>
    public bool IsComplete(int matched) => matched > 0 && Read(matched) == _bytes.Length && _bytes.Length > 0;

    /// <summary>Whether nothing but white space was read, and the trigger may follow it.</summary>
    public static bool IsAtStart(int matched) => matched != Missed && Read(matched) == 0;

    /// <summary>Bytes read last that belong to the trigger, white space in it among them.</summary>
    public static int Length(int matched) => matched == Missed ? 0 : Read(matched) + (matched >> (LengthBits + SpaceBits));

    /// <summary>Whether a byte is white space before a mark: the same as in JSON.</summary>
    public static bool IsSpace(int symbol) => symbol is ' ' or '\n' or '\r' or '\t';

    /// <summary>Appends the rest of the trigger and a short text that may follow it.</summary>
    public void AppendShortest(int matched, List<int> symbols)
    {
        if (Token is { } token)
        {
            symbols.Add(Frame.FirstSpecial + token);
            ThenAfterToken.AppendShortest(symbols);
            return;
        }

        foreach (var value in _bytes.AsSpan(matched == Missed ? 0 : Read(matched)))
        {
            symbols.Add(value);
        }

        Then.AppendShortest(symbols);
    }

    // From low bits to high: how much of the trigger was read, white space before it, white space in it.
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
    private static bool[] Gaps(byte[] trigger)
    {
        var gaps = new bool[trigger.Length];
        var isInString = false;
        for (var index = 1; index < trigger.Length && trigger[0] == '{'; index++)
        {
            gaps[index] = !isInString;
            isInString ^= trigger[index] == '"';
        }

        return gaps;
    }

    private static int[] Fallbacks(byte[] trigger)
    {
        var fallback = new int[trigger.Length + 1];
        for (var (index, length) = (1, 0); index < trigger.Length; index++)
        {
            while (length > 0 && trigger[index] != trigger[length])
            {
                length = fallback[length];
            }

            length += trigger[index] == trigger[length] ? 1 : 0;
            fallback[index + 1] = length;
        }

        return fallback;
    }
}
