namespace Slerp.Engine.Constraints.Numbers;

/// <summary>A partly written JSON number: its place in the grammar, its length, and its text where a bound needs it. Immutable.</summary>
internal readonly record struct NumberCursor(NumberPhase Phase, int Length, string Text)
{
    public static NumberCursor Start => new(NumberPhase.Start, 0, "");

    /// <summary>Whether the text so far is a whole JSON number.</summary>
    public bool CanEnd => Phase is NumberPhase.Zero or NumberPhase.Integer or NumberPhase.Fraction or NumberPhase.ExponentDigits;

    public bool IsNegative => Text.StartsWith('-');

    /// <summary>The phase after one more byte, or null where the grammar has none.</summary>
    public NumberPhase? PhaseAfter(int symbol)
    {
        var isDigit = symbol is >= '0' and <= '9';
        return Phase switch
        {
            NumberPhase.Start when symbol == '-' => NumberPhase.Minus,
            NumberPhase.Start or NumberPhase.Minus when symbol == '0' => NumberPhase.Zero,
            NumberPhase.Start or NumberPhase.Minus when isDigit => NumberPhase.Integer,
            NumberPhase.Integer when isDigit => NumberPhase.Integer,
            NumberPhase.Zero or NumberPhase.Integer when symbol == '.' => NumberPhase.Point,
            NumberPhase.Point or NumberPhase.Fraction when isDigit => NumberPhase.Fraction,
            NumberPhase.Zero or NumberPhase.Integer or NumberPhase.Fraction when symbol is 'e' or 'E' => NumberPhase.Exponent,
            NumberPhase.Exponent when symbol is '+' or '-' => NumberPhase.ExponentSign,
            NumberPhase.Exponent or NumberPhase.ExponentSign or NumberPhase.ExponentDigits when isDigit => NumberPhase.ExponentDigits,
            _ => null,
        };
    }

    public NumberCursor Append(NumberPhase phase, int symbol, bool keepText) =>
        new(phase, Length + 1, keepText ? Text + (char)symbol : "");
}
