using System.Text;

namespace Slerp.Engine.Constraints.Strings;

/// <summary>Strings as code points, sorted, so that those with a common start are one interval. Immutable.</summary>
internal sealed class LiteralSet
{
    private readonly int[][] _literals;

    private LiteralSet(int[][] literals) => _literals = literals;

    public int Count => _literals.Length;

    public IReadOnlyList<int> this[int index] => _literals[index];

    /// <summary>Sorts and removes repetitions; a string with a lone surrogate cannot be written in UTF-8 and is left out.</summary>
    public static LiteralSet Create(IEnumerable<string> literals)
    {
        int[][] sorted = [.. literals.Where(IsWellFormed).Select(ToCodePoints)];
        Array.Sort(sorted, Compare);
        var count = 0;
        foreach (var literal in sorted)
        {
            if (count == 0 || Compare(sorted[count - 1], literal) != 0)
            {
                sorted[count++] = literal;
            }
        }

        return new LiteralSet(count == sorted.Length ? sorted : sorted[..count]);
    }

    public static int[] ToCodePoints(string text)
    {
        var count = text.Length;
        foreach (var unit in text)
        {
            count -= char.IsLowSurrogate(unit) ? 1 : 0;
        }

        var codePoints = new int[count];
        var index = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            codePoints[index++] = rune.Value;
        }

        return codePoints;
    }

    public static string ToText(IReadOnlyList<int> codePoints)
    {
        var text = new StringBuilder();
        foreach (var codePoint in codePoints)
        {
            text.Append(new Rune(codePoint).ToString());
        }

        return text.ToString();
    }

    /// <summary>The part of [from, to) whose code point at <paramref name="depth"/> is <paramref name="codePoint"/>.</summary>
    public (int From, int To) Narrow(int from, int to, int depth, int codePoint)
    {
        var low = LowerBound(from, to, depth, codePoint);
        return (low, LowerBound(low, to, depth, codePoint + 1));
    }

    /// <summary>The literals of [from, to) that go on at <paramref name="depth"/> with a code point in [low, high].</summary>
    public (int From, int To) Between(int from, int to, int depth, int low, int high)
    {
        var first = LowerBound(from, to, depth, low);
        return (first, LowerBound(first, to, depth, high + 1));
    }

    /// <summary>Whether the first of [from, to) ends at <paramref name="depth"/>.</summary>
    public bool EndsAt(int from, int to, int depth) => from < to && _literals[from].Length == depth;

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private static int Compare(int[] left, int[] right) => left.AsSpan().SequenceCompareTo(right);

    private int LowerBound(int from, int to, int depth, int codePoint)
    {
        while (from < to)
        {
            var middle = from + ((to - from) / 2);
            var literal = _literals[middle];
            if (literal.Length <= depth || literal[depth] < codePoint)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return from;
    }
}
