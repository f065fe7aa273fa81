using Slerp.Engine.Backends;

namespace Slerp.Engine.TorchSharp;

/// <summary>Which slices of a step attention takes at once: few calls, yet little padding.</summary>
internal static class AttentionGrouping
{
    // Heuristic: a group may do at most so many times the work of its slices.
    private const int MostPadding = 2;

    /// <summary>Groups of slice indices. Slices without rows are in none; a text read from its beginning stands alone.</summary>
    public static List<int[]> Of(AttentionPlan plan)
    {
        var groups = new List<int[]>();
        var open = new List<int>();
        var (mostRows, sumKeys, sumWork) = (0, 0L, 0L);
        foreach (var index in Enumerable.Range(0, plan.SliceCount).OrderByDescending(index => KeysOf(plan.Slices[index])))
        {
            var slice = plan.Slices[index];
            if (slice.RowCount == 0)
            {
                continue;
            }

            if (IsCausal(plan, slice))
            {
                groups.Add([index]);
                continue;
            }

            var keys = KeysOf(slice);
            // The first is the longest.
            var mostKeys = open.Count == 0 ? keys : KeysOf(plan.Slices[open[0]]);
            var rows = Math.Max(mostRows, slice.RowCount);
            var (allKeys, allWork) = (sumKeys + keys, sumWork + ((long)keys * slice.RowCount));
            long count = open.Count + 1;
            if (open.Count > 0 && (count * mostKeys > MostPadding * allKeys || count * mostKeys * rows > MostPadding * allWork))
            {
                groups.Add([.. open.Order()]);
                open.Clear();
                (rows, allKeys, allWork) = (slice.RowCount, keys, (long)keys * slice.RowCount);
            }

            open.Add(index);
            (mostRows, sumKeys, sumWork) = (rows, allKeys, allWork);
        }

        if (open.Count > 0)
        {
            groups.Add([.. open.Order()]);
        }

        return groups;
    }

    /// <summary>Committed rows and those of the step.</summary>
    public static int KeysOf(in AttentionSlice slice) => slice.Committed + slice.RowCount;

    /// <summary>Whether a slice is a chain of several rows with nothing before it and nothing out of its window.</summary>
    public static bool IsCausal(AttentionPlan plan, in AttentionSlice slice)
    {
        if (slice.Committed > 0 || slice.RowCount == 1 || (plan.Window > 0 && plan.Window < slice.RowCount))
        {
            return false;
        }

        // A chain's last row has the identical prefix of all others.
        var last = plan.Rows[slice.FirstRow + slice.RowCount - 1];
        return last.Depth == slice.RowCount - 1 && last.IdentityDepth == slice.RowCount;
    }
}
