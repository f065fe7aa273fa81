using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>What ends free text: a mark in its bytes, a token, or both; and what follows it. Immutable.</summary>
internal sealed class TextTrigger
{
    /// <param name="bytes">The mark's bytes; may be empty where there is a token.</param>
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

        Mark = new TextMark(bytes, onlyAtStart);
        (Then, Token, ThenAfterToken) = (then, token, thenAfterToken ?? then);
    }

    /// <summary>The bytes, as they are found.</summary>
    public TextMark Mark { get; }

    /// <summary>What follows the bytes.</summary>
    public Grammar Then { get; }

    /// <summary>The special token; null for none.</summary>
    public int? Token { get; }

    /// <summary>What follows the token.</summary>
    public Grammar ThenAfterToken { get; }

    /// <summary>Appends the rest of the trigger and a short text that may follow it.</summary>
    public void AppendShortest(int matched, List<int> symbols)
    {
        if (Token is { } token)
        {
            symbols.Add(Frame.FirstSpecial + token);
            ThenAfterToken.AppendShortest(symbols);
            return;
        }

        symbols.AddRange(Mark.Rest(matched));
        Then.AppendShortest(symbols);
    }
}
