namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>What one worker does at a time: some rows of one slice that share a key/value head.</summary>
/// <param name="Number">Its number in the plan.</param>
/// <param name="Slice">The slice.</param>
/// <param name="KvHead">The key/value head.</param>
/// <param name="First">First (row, head of the group) pair of the slice: row · group + head.</param>
/// <param name="Count">Pairs, at most <see cref="Rows"/>.</param>
internal readonly record struct AttentionUnit(int Number, int Slice, int KvHead, int First, int Count)
{
    /// <summary>Most pairs of a unit: keys and values of a block stay in the nearest cache while all pairs use them. Two tiles, where there are tiles.</summary>
    public const int Rows = 32;

    /// <summary>Units of a whole plan.</summary>
    public static int CountOf(AttentionPlan plan, HeadShape heads)
    {
        var units = 0;
        foreach (var slice in plan.Slices)
        {
            units += UnitsOf(slice, heads);
        }

        return units;
    }

    /// <summary>Unit <paramref name="index"/> of a plan.</summary>
    public static AttentionUnit At(AttentionPlan plan, HeadShape heads, int index)
    {
        var (unit, number) = (index, 0);
        while (index >= UnitsOf(plan.Slices[number], heads))
        {
            index -= UnitsOf(plan.Slices[number++], heads);
        }

        var pairs = plan.Slices[number].RowCount * heads.GroupSize;
        // The last rows see most: they come first, so that the short units even out the threads at the end.
        var parts = (pairs + Rows - 1) / Rows;
        var first = (parts - 1 - (index / heads.KvHeads)) * Rows;
        return new AttentionUnit(unit, number, index % heads.KvHeads, first, Math.Min(Rows, pairs - first));
    }

    private static int UnitsOf(in AttentionSlice slice, HeadShape heads) =>
        ((slice.RowCount * heads.GroupSize) + Rows - 1) / Rows * heads.KvHeads;
}
