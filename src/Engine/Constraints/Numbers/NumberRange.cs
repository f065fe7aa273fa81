using System.Numerics;

namespace Slerp.Engine.Constraints.Numbers;

/// <summary>An interval of numbers, optionally only its multiples of a step. Immutable.</summary>
/// <param name="Low">Lower bound, or null.</param>
/// <param name="LowOpen">Whether the lower bound itself is outside.</param>
/// <param name="High">Upper bound, or null.</param>
/// <param name="HighOpen">Whether the upper bound itself is outside.</param>
/// <param name="Step">A positive step of which members are whole multiples, or null.</param>
internal sealed record NumberRange(ExactDecimal? Low, bool LowOpen, ExactDecimal? High, bool HighOpen, ExactDecimal? Step)
{
    public static NumberRange Everything { get; } = new(null, false, null, false, null);

    public static NumberRange Integers { get; } = Everything with { Step = ExactDecimal.One };

    public bool IsUnbounded => Low is null && High is null;

    public bool IsEverything => IsUnbounded && Step is null;

    /// <summary>Whether only whole numbers are members.</summary>
    public bool IsWhole => Step is { Scale: 0 } || (Low is { Scale: 0 } low && low.Equals(High));

    public static NumberRange Point(ExactDecimal value) => new(value, false, value, false, null);

    public NumberRange Intersect(NumberRange other)
    {
        var (low, lowOpen) = Tighter(Low, LowOpen, other.Low, other.LowOpen, 1);
        var (high, highOpen) = Tighter(High, HighOpen, other.High, other.HighOpen, -1);
        var step = Step is { } mine && other.Step is { } theirs ? ExactDecimal.LeastCommonMultiple(mine, theirs) : Step ?? other.Step;
        return new NumberRange(low, lowOpen, high, highOpen, step);
    }

    public bool Contains(ExactDecimal value)
    {
        if (Low is { } low)
        {
            var order = value.CompareTo(low);
            if (order < 0 || (order == 0 && LowOpen))
            {
                return false;
            }
        }

        if (High is { } high)
        {
            var order = value.CompareTo(high);
            if (order > 0 || (order == 0 && HighOpen))
            {
                return false;
            }
        }

        return Step is not { } step || value.IsMultipleOf(step);
    }

    /// <summary>The members of one sign, as magnitudes from zero up; null where there are none.</summary>
    public NumberRange? Magnitudes(bool negative)
    {
        var mirrored = negative ? new NumberRange(High?.Negate(), HighOpen, Low?.Negate(), LowOpen, Step) : this;
        var clipped = mirrored.Low is { Sign: >= 0 } ? mirrored : mirrored with { Low = ExactDecimal.Zero, LowOpen = false };
        return clipped.High is { } high && (high.CompareTo(clipped.Low!.Value) is var order && (order < 0 || (order == 0 && (clipped.LowOpen || clipped.HighOpen))))
            ? null
            : clipped;
    }

    /// <summary>The smallest member at or above <paramref name="from"/> and below <paramref name="below"/> that is a multiple of <paramref name="grain"/>.</summary>
    public ExactDecimal? FirstMember(ExactDecimal from, ExactDecimal below, ExactDecimal grain)
    {
        var step = Step is { } own ? ExactDecimal.LeastCommonMultiple(own, grain) : grain;
        var open = false;
        if (Low is { } low && low.CompareTo(from) >= 0)
        {
            (from, open) = (low, LowOpen);
        }

        var first = FirstMultiple(from, open, step);
        return first.CompareTo(below) < 0 && (High is not { } high || first.CompareTo(high) is var order && (order < 0 || (order == 0 && !HighOpen)))
            ? first
            : null;
    }

    private static ExactDecimal FirstMultiple(ExactDecimal from, bool open, ExactDecimal step)
    {
        var exponent = Math.Min(from.Exponent, step.Exponent);
        var target = from.At(exponent);
        var size = step.At(exponent);
        var count = BigInteger.DivRem(target, size, out var rest);
        if (rest.Sign > 0 || (open && rest.IsZero))
        {
            count += 1;
        }

        return ExactDecimal.Create(count * size, exponent);
    }

    private static (ExactDecimal? Bound, bool Open) Tighter(ExactDecimal? left, bool leftOpen, ExactDecimal? right, bool rightOpen, int direction)
    {
        if (left is not { } a)
        {
            return (right, rightOpen);
        }

        if (right is not { } b)
        {
            return (left, leftOpen);
        }

        var order = direction * a.CompareTo(b);
        return order == 0 ? (left, leftOpen || rightOpen) : order > 0 ? (left, leftOpen) : (right, rightOpen);
    }
}
