using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>What ends free text: bytes, a token, or both; and what follows it.</summary>
/// <remarks>Found by the Knuth–Morris–Pratt automaton (1977), whose state is the length of the part read last. Immutable.</remarks>
internal sealed class TextTrigger
{
    /// <summary>The text did not begin with the trigger, which counts only there.</summary>
    public const int Missed = -1;

    private readonly byte[] _bytes;
    private readonly int[] _fallback;
    private readonly bool _onlyAtStart;

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

        _bytes = bytes.ToArray();
        _fallback = Fallbacks(_bytes);
        _onlyAtStart = onlyAtStart;
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
            return _bytes[matched] == symbol ? matched + 1 : matched == 0 && IsSpace(symbol) ? 0 : Missed;
        }

        while (matched > 0 && _bytes[matched] != symbol)
        {
            matched = _fallback[matched];
        }

        return matched + (_bytes[matched] == symbol ? 1 : 0);
    }

    /// <summary>Whether all of it was read.</summary>
    public bool IsComplete(int matched) => matched > 0 && matched == _bytes.Length;

    /// <summary>Appends the rest of the trigger and a short text that may follow it.</summary>
    public void AppendShortest(int matched, List<int> symbols)
    {
        if (Token is { } token)
        {
            symbols.Add(Frame.FirstSpecial + token);
            ThenAfterToken.AppendShortest(symbols);
            return;
        }

        foreach (var value in _bytes.AsSpan(Math.Max(matched, 0)))
        {
            symbols.Add(value);
        }

        Then.AppendShortest(symbols);
    }

    private static bool IsSpace(int symbol) => symbol is ' ' or '\n' or '\r' or '\t';

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
