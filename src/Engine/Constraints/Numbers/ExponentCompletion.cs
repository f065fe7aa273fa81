using System.Globalization;
using System.Numerics;

namespace Slerp.Engine.Constraints.Numbers;

/// <summary>Whether a partly written number can be continued, with an exponent, into a member of a range. Pure and exact.</summary>
internal static class ExponentCompletion
{
    /// <summary>Longest exponent, in digits, that is let through where a bound must be checked.</summary>
    private const int LongestExponent = 9;

    private const long Unbounded = 4_000_000_000;

    /// <summary>The mantissa is still open: any digits may follow, then any exponent.</summary>
    public static bool ExistsForMantissa(NumberRange magnitudes, string digits)
    {
        var significant = digits.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        if (significant.Length == 0)
        {
            // Leading zeros say nothing yet: every magnitude is reachable.
            return magnitudes.Step is null || magnitudes.FirstMember(ExactDecimal.Zero, Above(magnitudes), magnitudes.Step.Value) is not null;
        }

        var from = BigInteger.Parse(significant, NumberStyles.None, CultureInfo.InvariantCulture);
        if (magnitudes.High is not { } high)
        {
            return true;
        }

        if (high.Sign == 0)
        {
            return false;
        }

        // From the largest power that stays below the upper bound downwards; each smaller interval is checked until it leaves the range.
        for (var power = high.Magnitude - significant.Length + 1; ; power--)
        {
            var start = ExactDecimal.Create(from, power);
            var below = ExactDecimal.Create(from + 1, power);
            if (below.CompareTo(magnitudes.Low!.Value) <= 0 || (magnitudes.Step is { } step && below.CompareTo(step) <= 0))
            {
                return false;
            }

            if (magnitudes.FirstMember(start, below, FinestGrain(magnitudes, power)) is not null)
            {
                return true;
            }
        }
    }

    /// <summary>The mantissa is fixed: the exponent's sign and first digits may be written.</summary>
    /// <param name="magnitudes">Members of the written sign, as magnitudes.</param>
    /// <param name="mantissa">The magnitude of the mantissa.</param>
    /// <param name="exponent">The exponent's text after the e, possibly empty or only a sign.</param>
    public static bool ExistsForExponent(NumberRange magnitudes, ExactDecimal mantissa, string exponent)
    {
        var sign = exponent.StartsWith('-') ? -1 : 1;
        var digits = exponent.TrimStart('+', '-');
        if (digits.Length > LongestExponent)
        {
            return false;
        }

        if (mantissa.Sign == 0)
        {
            return magnitudes.Contains(ExactDecimal.Zero);
        }

        var (least, most) = Exponents(magnitudes, mantissa);
        if (least > most)
        {
            return false;
        }

        if (exponent.Length == 0)
        {
            return true;
        }

        // Written digits g reach sign·[g·10^k, (g+1)·10^k − 1] with k more digits.
        var written = digits.Length == 0 ? 0 : long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        for (var (more, scale) = (0, 1L); more <= LongestExponent - digits.Length; more++, scale *= 10)
        {
            var (near, far) = (written * scale, ((written + 1) * scale) - 1);
            var (low, high) = sign > 0 ? (near, far) : (-far, -near);
            if (low <= most && high >= least)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The exponents E for which mantissa · 10^E is a member: always one interval.</summary>
    private static (long Least, long Most) Exponents(NumberRange magnitudes, ExactDecimal mantissa)
    {
        var most = Unbounded;
        if (magnitudes.High is { } high)
        {
            if (high.Sign == 0)
            {
                return (0, -1);
            }

            most = high.Magnitude - mantissa.Magnitude;
            var order = mantissa.Shift((int)most).CompareTo(high);
            most -= order > 0 || (order == 0 && magnitudes.HighOpen) ? 1 : 0;
        }

        var least = -Unbounded;
        if (magnitudes.Low is { Sign: > 0 } low)
        {
            least = low.Magnitude - mantissa.Magnitude;
            var order = mantissa.Shift((int)least).CompareTo(low);
            least += order < 0 || (order == 0 && magnitudes.LowOpen) ? 1 : 0;
        }

        if (magnitudes.Step is { } step)
        {
            least = Math.Max(least, LeastMultiple(mantissa, step));
        }

        return (least, most);
    }

    /// <summary>The least E for which mantissa · 10^E is a multiple of the step; multiples stay multiples as E grows.</summary>
    private static long LeastMultiple(ExactDecimal mantissa, ExactDecimal step)
    {
        var common = BigInteger.GreatestCommonDivisor(mantissa.Digits, step.Digits);
        var (twos, afterTwos) = Strip(step.Digits / common, 2);
        var (fives, rest) = Strip(afterTwos, 5);
        if (!rest.IsOne)
        {
            return Unbounded + 1;
        }

        var needed = Math.Max(twos, fives);
        if (needed == 0)
        {
            var quotient = mantissa.Digits / common;
            needed = -Math.Min(Strip(quotient, 2).Count, Strip(quotient, 5).Count);
        }

        return needed + step.Exponent - mantissa.Exponent;
    }

    private static (int Count, BigInteger Quotient) Strip(BigInteger value, int prime)
    {
        for (var count = 0; ; count++)
        {
            var quotient = BigInteger.DivRem(value, prime, out var rest);
            if (!rest.IsZero)
            {
                return (count, value);
            }

            value = quotient;
        }
    }

    private static ExactDecimal Above(NumberRange magnitudes) =>
        ExactDecimal.PowerOfTen(Math.Max(magnitudes.High?.Magnitude ?? 0, Math.Max(magnitudes.Low!.Value.Magnitude, magnitudes.Step?.Magnitude ?? 0)) + 2);

    /// <summary>One digit finer than what is written and than the bounds: 500·10^-2 holds 5.001, though it is 5.</summary>
    private static ExactDecimal FinestGrain(NumberRange magnitudes, int power) =>
        magnitudes.Step
        ?? ExactDecimal.PowerOfTen(-Math.Max(-power, Math.Max(magnitudes.Low?.Scale ?? 0, magnitudes.High?.Scale ?? 0)) - 1);
}
