namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>Where the keys of a tree row lie whose path is not in logical order.</summary>
internal static unsafe class TreePath
{
    /// <summary>places[lane] = the place, within the slice, of logical index 64 · <paramref name="block"/> + lane, for lanes [0, <paramref name="to"/>).</summary>
    public static void FindPlaces(
        in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, int index, int block, int to, int* places)
    {
        var row = task.Plan.Rows[slice.FirstRow + ((unit.First + index) / task.Heads.GroupSize)];
        var path = task.Plan.Path(row);
        for (var lane = 0; lane < to; lane++)
        {
            var logical = (block * KvStore.PageRows) + lane;
            var beyond = logical - rows.StraightEnd[index];
            places[lane] = beyond < 0 ? logical : slice.Committed + path[beyond];
        }
    }
}
