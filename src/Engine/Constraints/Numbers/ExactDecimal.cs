using System.Globalization;
using System.Numerics;

namespace Slerp.Engine.Constraints.Numbers;

/// <summary>A decimal number of any size, exact.</summary>
/// <remarks>Formula: value = Digits · 10^Exponent, Digits without trailing zeros (zero is 0 · 10^0), so that equal values are equal records.</remarks>
internal readonly record struct ExactDecimal : IComparable<ExactDecimal>
{
    /// <summary>Longest number text and largest exponent that is computed with; longer ones are refused before any arithmetic.</summary>
    public const int MaximumText = 4_096;

    private const int MaximumExponent = 1_000_000_000;

    private ExactDecimal(BigInteger digits, int exponent)
    {
        Digits = digits;
        Exponent = exponent;
    }

    public static ExactDecimal Zero => default;

    public static ExactDecimal One => new(BigInteger.One, 0);

    public BigInteger Digits { get; }

    public int Exponent { get; }

    public int Sign => Digits.Sign;

    /// <summary>Digits needed after the decimal point.</summary>
    public int Scale => Math.Max(0, -Exponent);

    /// <summary>Exponent of the leading digit, plus one: 1 for 5, 3 for 123, 0 for 0.5.</summary>
    public int Magnitude => Digits.IsZero ? 0 : checked(DigitCount(Digits) + Exponent);

    public static ExactDecimal Create(BigInteger digits, int exponent)
    {
        if (digits.IsZero)
        {
            return default;
        }

        // No more zeros than factors of two, searched by halves: a division for each zero would be as many as the number is long.
        for (var most = (int)BigInteger.TrailingZeroCount(digits); most > 0;)
        {
            var zeros = (most + 1) / 2;
            var quotient = BigInteger.DivRem(digits, BigInteger.Pow(10, zeros), out var rest);
            if (rest.IsZero)
            {
                (digits, exponent, most) = (quotient, checked(exponent + zeros), most - zeros);
            }
            else
            {
                most = zeros - 1;
            }
        }

        return new ExactDecimal(digits, exponent);
    }

    /// <summary>Reads a JSON number; false where its text or exponent is too long to compute with.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ExactDecimal value)
    {
        value = default;
        if (text.Length > MaximumText)
        {
            return false;
        }

        var exponent = 0;
        var marker = text.IndexOfAny('e', 'E');
        if (marker >= 0)
        {
            if (!int.TryParse(text[(marker + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || exponent is > MaximumExponent or < -MaximumExponent)
            {
                return false;
            }

            text = text[..marker];
        }

        var point = text.IndexOf('.');
        var digits = point < 0 ? text.ToString() : string.Concat(text[..point], text[(point + 1)..]);
        if (!BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed))
        {
            return false;
        }

        value = Create(parsed, exponent - (point < 0 ? 0 : text.Length - point - 1));
        return true;
    }

    public static ExactDecimal PowerOfTen(int exponent) => new(BigInteger.One, exponent);

    /// <summary>The least number that is a whole multiple of both (both positive).</summary>
    public static ExactDecimal LeastCommonMultiple(ExactDecimal left, ExactDecimal right)
    {
        var exponent = Math.Min(left.Exponent, right.Exponent);
        var a = left.At(exponent);
        var b = right.At(exponent);
        return Create(a / BigInteger.GreatestCommonDivisor(a, b) * b, exponent);
    }

    public ExactDecimal Negate() => new(-Digits, Exponent);

    public ExactDecimal Shift(int exponent) => Digits.IsZero ? this : new ExactDecimal(Digits, checked(Exponent + exponent));

    public ExactDecimal Add(ExactDecimal other)
    {
        var exponent = Math.Min(Exponent, other.Exponent);
        return Create(At(exponent) + other.At(exponent), exponent);
    }

    public int CompareTo(ExactDecimal other)
    {
        if (Sign != other.Sign || Sign == 0)
        {
            return Sign.CompareTo(other.Sign);
        }

        // The leading digit decides first, so that 1e999999 is never written out.
        var order = Magnitude.CompareTo(other.Magnitude);
        if (order != 0)
        {
            return Sign * order;
        }

        var exponent = Math.Min(Exponent, other.Exponent);
        return At(exponent).CompareTo(other.At(exponent));
    }

    /// <summary>Whether the value is a whole multiple of a positive step.</summary>
    public bool IsMultipleOf(ExactDecimal step)
    {
        if (Digits.IsZero)
        {
            return true;
        }

        var shift = (long)Exponent - step.Exponent;
        if (shift < 0)
        {
            // Digits has no trailing zero, so a step that ends further left cannot divide the value.
            return false;
        }

        // 10^shift modulo the step keeps huge exponents small.
        return (Digits % step.Digits * BigInteger.ModPow(10, shift, step.Digits) % step.Digits).IsZero;
    }

    /// <summary>The digits as an integer at a finer exponent.</summary>
    public BigInteger At(int exponent) => Digits.IsZero ? Digits : Digits * BigInteger.Pow(10, checked(Exponent - exponent));

    /// <summary>The value without an exponent, with exactly <paramref name="scale"/> digits after the point.</summary>
    public string ToPlainText(int scale)
    {
        var digits = BigInteger.Abs(At(-scale)).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : string.Concat(digits.AsSpan(0, digits.Length - scale), ".", digits.AsSpan(digits.Length - scale));
        return Sign < 0 ? "-" + text : text;
    }

    public override string ToString() => $"{Digits.ToString(CultureInfo.InvariantCulture)}e{Exponent.ToString(CultureInfo.InvariantCulture)}";

    private static int DigitCount(BigInteger digits)
    {
        digits = BigInteger.Abs(digits);
        var estimate = (int)Math.Floor(BigInteger.Log10(digits)) + 1;
        // The logarithm is rounded: put it right at the powers of ten.
        if (digits >= BigInteger.Pow(10, estimate))
        {
            return estimate + 1;
        }

        return digits < BigInteger.Pow(10, estimate - 1) ? estimate - 1 : estimate;
    }
}
