using System.Globalization;

namespace Slerp.Engine.Constraints.Patterns;

/// <summary>A set of Unicode scalar values as sorted, disjoint intervals. Immutable.</summary>
internal sealed class CodePointSet
{
    private const int Last = 0x10FFFF;
    private const int FirstEmptyPlane = 0x40000;
    private const int LastEmptyPlane = 0xDFFFF;

    private CodePointSet(IReadOnlyList<(int Low, int High)> intervals) => Intervals = intervals;

    public static CodePointSet Everything { get; } = Of((0, Last));

    /// <summary>\d: the ten ASCII digits.</summary>
    public static CodePointSet Digits { get; } = Of(('0', '9'));

    /// <summary>\w: ASCII letters, digits and the underscore.</summary>
    public static CodePointSet WordCharacters { get; } = Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    /// <summary>\s: ECMAScript white space and line terminators.</summary>
    public static CodePointSet WhiteSpace { get; } =
        Of((0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    /// <summary>The dot: everything but line terminators.</summary>
    public static CodePointSet Dot { get; } = Of(('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)).Negate();

    public IReadOnlyList<(int Low, int High)> Intervals { get; }

    public static CodePointSet Of(params (int Low, int High)[] intervals) => Union(intervals);

    /// <summary>The union of intervals in any order; surrogates, which no UTF-8 text holds, are cut out.</summary>
    public static CodePointSet Union(IEnumerable<(int Low, int High)> intervals)
    {
        var merged = new List<(int Low, int High)>();
        foreach (var (low, high) in intervals.SelectMany(CutSurrogates).Order())
        {
            if (merged.Count > 0 && low <= merged[^1].High + 1)
            {
                merged[^1] = (merged[^1].Low, Math.Max(merged[^1].High, high));
            }
            else
            {
                merged.Add((low, high));
            }
        }

        return new CodePointSet(merged);
    }

    /// <summary>The code points of some general categories, given as a bit per category.</summary>
    public static CodePointSet OfCategories(uint categories)
    {
        var intervals = new List<(int Low, int High)>();
        var start = -1;
        for (var codePoint = 0; codePoint <= Last; codePoint++)
        {
            if (codePoint == FirstEmptyPlane)
            {
                // Ten planes without characters: one look is enough.
                codePoint = LastEmptyPlane;
            }

            var isMember = (categories >> (int)CharUnicodeInfo.GetUnicodeCategory(codePoint) & 1) != 0;
            if (isMember && start < 0)
            {
                start = codePoint == LastEmptyPlane ? FirstEmptyPlane : codePoint;
            }
            else if (!isMember && start >= 0)
            {
                intervals.Add((start, (codePoint == LastEmptyPlane ? FirstEmptyPlane : codePoint) - 1));
                start = -1;
            }
        }

        return Union(start < 0 ? intervals : intervals.Append((start, Last)));
    }

    public bool Contains(int codePoint)
    {
        var (from, to) = (0, Intervals.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (Intervals[middle].High < codePoint)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return from < Intervals.Count && Intervals[from].Low <= codePoint;
    }

    public CodePointSet Negate()
    {
        var gaps = new List<(int Low, int High)>();
        var next = 0;
        foreach (var (low, high) in Intervals)
        {
            if (low > next)
            {
                gaps.Add((next, low - 1));
            }

            next = high + 1;
        }

        if (next <= Last)
        {
            gaps.Add((next, Last));
        }

        return Union(gaps);
    }

    private static IEnumerable<(int Low, int High)> CutSurrogates((int Low, int High) interval)
    {
        var (low, high) = interval;
        if (high < 0xD800 || low > 0xDFFF)
        {
            return [interval];
        }

        return new[] { (low, 0xD7FF), (0xE000, high) }.Where(part => part.Item1 <= part.Item2);
    }
}
