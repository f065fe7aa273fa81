namespace Slerp.Engine.Sampling;

/// <summary>The largest values of a row, in order, by a heap of their number.</summary>
internal static class TopSelection
{
    /// <summary>Writes the largest values descending, the lower index first on ties; -∞ never enters. Returns how many there are.</summary>
    /// <param name="values">The row.</param>
    /// <param name="indices">Receives their indices; its length is how many are wanted.</param>
    /// <param name="selected">Receives the values; as long as <paramref name="indices"/>.</param>
    public static int Select(ReadOnlySpan<float> values, Span<int> indices, Span<float> selected)
    {
        var count = 0;
        for (var index = 0; index < values.Length; index++)
        {
            var value = values[index];
            if (count < indices.Length)
            {
                if (value > float.NegativeInfinity)
                {
                    SiftUp(indices, selected, count++, index, value);
                }
            }
            else if (value > selected[0])
            {
                // The root is the worst kept: the smallest value, of equals the highest index. A later equal never replaces it.
                SiftDown(indices, selected, count, index, value);
            }
        }

        for (var end = count - 1; end > 0; end--)
        {
            var (index, value) = (indices[end], selected[end]);
            (indices[end], selected[end]) = (indices[0], selected[0]);
            SiftDown(indices, selected, end, index, value);
        }

        return count;
    }

    private static bool IsWorse(int indexA, float a, int indexB, float b) => a < b || (a == b && indexA > indexB);

    private static void SiftUp(Span<int> indices, Span<float> selected, int place, int index, float value)
    {
        while (place > 0)
        {
            var parent = (place - 1) / 2;
            if (!IsWorse(index, value, indices[parent], selected[parent]))
            {
                break;
            }

            (indices[place], selected[place]) = (indices[parent], selected[parent]);
            place = parent;
        }

        (indices[place], selected[place]) = (index, value);
    }

    private static void SiftDown(Span<int> indices, Span<float> selected, int count, int index, float value)
    {
        var place = 0;
        while (true)
        {
            var child = (2 * place) + 1;
            if (child >= count)
            {
                break;
            }

            if (child + 1 < count && IsWorse(indices[child + 1], selected[child + 1], indices[child], selected[child]))
            {
                child++;
            }

            if (!IsWorse(indices[child], selected[child], index, value))
            {
                break;
            }

            (indices[place], selected[place]) = (indices[child], selected[child]);
            place = child;
        }

        (indices[place], selected[place]) = (index, value);
    }
}
