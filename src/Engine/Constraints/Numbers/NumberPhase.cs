namespace Slerp.Engine.Constraints.Numbers;

/// <summary>Where in a JSON number's text the cursor stands.</summary>
internal enum NumberPhase
{
    Start,
    Minus,
    Zero,
    Integer,
    Point,
    Fraction,
    Exponent,
    ExponentSign,
    ExponentDigits,
}
