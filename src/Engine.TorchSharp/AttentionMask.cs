using Slerp.Engine.Backends;

namespace Slerp.Engine.TorchSharp;

/// <summary>Which keys the rows of a slice see, as truth values.</summary>
internal static class AttentionMask
{
    /// <summary>Fills a slice's rows of a mask.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="slice">One of its slices.</param>
    /// <param name="mask">[rows, keys], rows and keys at least the slice's, all false. Padded rows are left to see the first key.</param>
    /// <param name="keys">Keys of a row of the mask.</param>
    public static void Fill(AttentionPlan plan, in AttentionSlice slice, Span<bool> mask, int keys)
    {
        for (var row = 0; row < mask.Length / keys; row++)
        {
            var seen = mask.Slice(row * keys, keys);
            if (row >= slice.RowCount)
            {
                // A row that sees nothing has no defined result.
                seen[0] = true;
                continue;
            }

            FillRow(plan, slice, plan.Rows[slice.FirstRow + row], seen);
        }
    }

    /// <summary>Whether every row of a slice sees every key of it.</summary>
    public static bool SeesAll(AttentionPlan plan, in AttentionSlice slice) =>
        slice.RowCount == 1 && (plan.Window == 0 || plan.Window >= AttentionGrouping.KeysOf(slice));

    private static void FillRow(AttentionPlan plan, in AttentionSlice slice, in AttentionRow row, Span<bool> seen)
    {
        // The first logical index in the window. A path node's place is committed + node; its logical index, committed + depth.
        var first = plan.Window == 0 ? 0 : Math.Max(0, slice.Committed + row.Depth + 1 - plan.Window);
        var identical = slice.Committed + row.IdentityDepth;
        if (first < identical)
        {
            seen[first..identical].Fill(true);
        }

        var path = plan.Path(row);
        for (var step = 0; step < path.Length; step++)
        {
            if (identical + step >= first)
            {
                seen[slice.Committed + path[step]] = true;
            }
        }
    }
}
