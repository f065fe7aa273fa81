using System.Globalization;
using System.Numerics;

namespace Slerp.Engine.Constraints.Numbers;

/// <summary>Continues a partly written number, without an exponent, into a member of a range. Pure and exact.</summary>
/// <remarks>
/// Formula: with digits d written, j more digits before the point and f after it reach the interval [d·10^j, (d+1)·10^j) on the grid 10^−f;
/// a continuation exists if and only if a member of the range lies there for some j at the finest grid that can matter:
/// that of the bounds plus one digit, or that of the step.
/// </remarks>
internal static class PlainCompletion
{
    /// <summary>Whether some continuation is a member.</summary>
    /// <param name="magnitudes">Members of the written sign, as magnitudes.</param>
    /// <param name="phase">Where the text ends.</param>
    /// <param name="digits">The text without its sign.</param>
    /// <param name="allowFraction">Whether a fraction may be begun.</param>
    public static bool Exists(NumberRange magnitudes, NumberPhase phase, string digits, bool allowFraction)
    {
        var written = FractionDigits(digits);
        return AtScale(magnitudes, phase, digits, FinestScale(magnitudes, phase, written, allowFraction)) is not null;
    }

    /// <summary>The shortest whole text (without sign) that continues <paramref name="digits"/> into a member, or null.</summary>
    public static string? Shortest(NumberRange magnitudes, NumberPhase phase, string digits, bool allowFraction)
    {
        var written = FractionDigits(digits);
        string? best = null;
        var least = phase is NumberPhase.Point ? 1 : written;
        var finest = FinestScale(magnitudes, phase, written, allowFraction);
        for (var scale = least; scale <= finest && (best is null || scale < best.Length); scale++)
        {
            if (AtScale(magnitudes, phase, digits, scale)?.ToPlainText(scale) is { } text && (best is null || text.Length < best.Length))
            {
                best = text;
            }
        }

        return best;
    }

    private static int FinestScale(NumberRange magnitudes, NumberPhase phase, int written, bool allowFraction)
    {
        var inFraction = phase is NumberPhase.Point or NumberPhase.Fraction;
        var least = phase is NumberPhase.Point ? 1 : written;
        if (!inFraction && !allowFraction)
        {
            return 0;
        }

        return magnitudes.Step is { } step
            ? Math.Max(step.Scale, least)
            : Math.Max(least, Math.Max(magnitudes.Low?.Scale ?? 0, magnitudes.High?.Scale ?? 0) + (inFraction ? Math.Max(1, written) : 1));
    }

    private static ExactDecimal? AtScale(NumberRange magnitudes, NumberPhase phase, string digits, int scale)
    {
        var grain = ExactDecimal.PowerOfTen(-scale);
        switch (phase)
        {
            case NumberPhase.Point or NumberPhase.Fraction:
                var written = FractionDigits(digits);
                var start = ExactDecimal.Create(Parse(digits.Replace(".", "", StringComparison.Ordinal)), -written);
                return magnitudes.FirstMember(start, start.Add(ExactDecimal.PowerOfTen(-written)), grain);
            case NumberPhase.Zero:
                return magnitudes.FirstMember(ExactDecimal.Zero, ExactDecimal.One, grain);
            case NumberPhase.Integer:
                var leading = Parse(digits);
                return Growing(magnitudes, leading, leading + 1, grain);
            default:
                return magnitudes.FirstMember(ExactDecimal.Zero, ExactDecimal.One, grain)
                    ?? Growing(magnitudes, BigInteger.One, new BigInteger(10), grain);
        }
    }

    private static ExactDecimal? Growing(NumberRange magnitudes, BigInteger from, BigInteger below, ExactDecimal grain)
    {
        // Intervals that end below the lower bound, or below the step, hold no member: a bound of hundreds of digits would have hundreds of them.
        var step = magnitudes.Step is { } own ? ExactDecimal.LeastCommonMultiple(own, grain) : grain;
        var least = Math.Max(magnitudes.Low?.Magnitude ?? 0, step.Magnitude) - ExactDecimal.Create(below, 0).Magnitude;
        for (var more = Math.Max(0, least); ; more++)
        {
            var start = ExactDecimal.Create(from, more);
            if (magnitudes.High is { } high && start.CompareTo(high) > 0)
            {
                return null;
            }

            // Without an upper bound this ends: the interval outgrows the lower bound and the step.
            if (magnitudes.FirstMember(start, ExactDecimal.Create(below, more), grain) is { } member)
            {
                return member;
            }
        }
    }

    private static int FractionDigits(string digits)
    {
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? 0 : digits.Length - point - 1;
    }

    private static BigInteger Parse(string digits) => BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
