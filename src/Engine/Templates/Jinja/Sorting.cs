namespace Slerp.Engine.Templates.Jinja;

/// <summary>A stable sort that pays for its comparisons.</summary>
internal static class Sorting
{
    public static List<T> Sort<T>(RenderBudget budget, IReadOnlyList<T> items, Func<T, JinjaValue> key, bool isReversed)
    {
        var keyed = items.Select(item => (Key: key(item), Item: item)).ToArray();
        var buffer = new (JinjaValue Key, T Item)[keyed.Length];
        MergeSort(keyed, buffer, 0, keyed.Length, (left, right) => (isReversed ? -1 : 1) * Math.Sign(Comparisons.Order(budget, left, right)));
        return [.. keyed.Select(pair => pair.Item)];
    }

    /// <summary>Recursion depth is the logarithm of the length.</summary>
    private static void MergeSort<T>(
        (JinjaValue Key, T Item)[] items, (JinjaValue Key, T Item)[] buffer, int start, int end, Func<JinjaValue, JinjaValue, int> order)
    {
        if (end - start < 2)
        {
            return;
        }

        var middle = start + ((end - start) / 2);
        MergeSort(items, buffer, start, middle, order);
        MergeSort(items, buffer, middle, end, order);
        Array.Copy(items, start, buffer, start, end - start);
        var (left, right) = (start, middle);
        for (var index = start; index < end; index++)
        {
            var takeLeft = right >= end || (left < middle && order(buffer[left].Key, buffer[right].Key) <= 0);
            items[index] = buffer[takeLeft ? left++ : right++];
        }
    }
}
