namespace Slerp.Engine.Backends.Cpu.Kernels.Reference;

/// <summary>The largest values of a row, as they are defined.</summary>
internal static class ReferenceSelection
{
    /// <summary>Index of the largest value, the lowest on ties; -1 where the row is empty, holds a NaN, or its maximum is not finite.</summary>
    public static int ArgMax(ReadOnlySpan<float> x)
    {
        var best = -1;
        for (var index = 0; index < x.Length; index++)
        {
            if (float.IsNaN(x[index]))
            {
                return -1;
            }

            best = best < 0 || x[index] > x[best] ? index : best;
        }

        return best >= 0 && float.IsFinite(x[best]) ? best : -1;
    }

    /// <summary>The k largest, descending, the lowest index first on ties; NaNs are never chosen, missing values are -1 with -∞.</summary>
    public static void TopK(ReadOnlySpan<float> x, Span<int> indices, Span<float> values)
    {
        var row = x.ToArray();
        var order = Enumerable.Range(0, row.Length)
            .Where(index => !float.IsNaN(row[index]))
            .OrderByDescending(index => row[index])
            .ThenBy(index => index)
            .Take(indices.Length)
            .ToArray();
        for (var place = 0; place < indices.Length; place++)
        {
            indices[place] = place < order.Length ? order[place] : -1;
            values[place] = place < order.Length ? row[order[place]] : float.NegativeInfinity;
        }
    }
}
