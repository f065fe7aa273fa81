using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>Attention of one unit: rows that share a key/value head.</summary>
/// <remarks>
/// <para>Formula: softmax(q · k / √dh) v over the keys a row sees.</para>
/// <para>Reduction: the row's logical indices are cut into blocks of 64 from 0. Within a block: scores, a chain over d each; weights; weighted values in ascending
/// logical order. Blocks join in order (<see cref="BlockJoin{TLanes,TVector}"/>). So a row's bits depend on its own path alone: not on tiles, threads, slots,
/// on whether its path lay in a tree or a chain, or on whether blocks were computed by one worker or several.</para>
/// <para>Accuracy: about 1e-5 relative to a definition in 64 bits, and what <typeparamref name="TBlocks"/> says.  Source: Dao et al. 2022, with fixed blocks.</para>
/// </remarks>
internal static unsafe class AttentionKernel<TLanes, TVector, TBlocks>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TBlocks : struct, IAttentionBlocks
{
    private const int Block = KvStore.PageRows;

    /// <summary>Computes one unit, or in a task of several parts one part of it: its blocks, not joined yet.</summary>
    public static void Run(in AttentionTask task, in AttentionUnit unit, int part, byte* scratch)
    {
        var rows = new AttentionRows(scratch, task.Layout);
        var slice = task.Plan.Slices[unit.Slice];
        var (begin, end) = Prepare(task, unit, slice, rows);
        TBlocks.Begin(task, unit, rows);
        var (first, last) = (begin / Block, ((end - 1) / Block) + 1);
        if (task.Parts > 1)
        {
            var count = last - first;
            var partial = task.PartialsOf(unit.Number);
            for (var block = first + (count * part / task.Parts); block < first + (count * (part + 1) / task.Parts); block++)
            {
                TBlocks.Run(task, unit, slice, rows.WithBlock(partial + ((block - first) * task.BlockBytes)), block);
            }

            return;
        }

        for (var block = first; block < last; block++)
        {
            TBlocks.Run(task, unit, slice, rows, block);
            BlockJoin<TLanes, TVector>.Join(rows, 0, unit.Count, block);
        }

        Finish(task, unit, slice, rows);
    }

    /// <summary>Joins the blocks of a unit that was computed in parts.</summary>
    public static void Combine(in AttentionTask task, in AttentionUnit unit, byte* scratch)
    {
        var rows = new AttentionRows(scratch, task.Layout);
        var slice = task.Plan.Slices[unit.Slice];
        var (begin, end) = Prepare(task, unit, slice, rows);
        var partial = task.PartialsOf(unit.Number);
        for (var block = begin / Block; block * Block < end; block++, partial += task.BlockBytes)
        {
            BlockJoin<TLanes, TVector>.Join(rows.WithBlock(partial), 0, unit.Count, block);
        }

        Finish(task, unit, slice, rows);
    }

    /// <summary>Scales the queries, notes what each row sees, empties the running sums; returns what the unit sees.</summary>
    private static (int Begin, int End) Prepare(in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows)
    {
        var (begin, end) = (int.MaxValue, 0);
        var scale = 1f / MathF.Sqrt(task.Heads.HeadSize);
        var (row, head) = Math.DivRem(unit.First, task.Heads.GroupSize);
        for (var index = 0; index < unit.Count; index++)
        {
            var place = task.Plan.Rows[slice.FirstRow + row];
            var q = task.Qkv + ((long)(slice.FirstRow + row) * task.QkvStride)
                + (((unit.KvHead * task.Heads.GroupSize) + head) * task.Heads.HeadSize);
            RowKernels<TLanes, TVector>.Scale(q, scale, task.Heads.HeadSize, rows.Query(index));
            var seenEnd = slice.Committed + place.Depth + 1;
            var seenBegin = task.Plan.Window > 0 ? Math.Max(0, seenEnd - task.Plan.Window) : 0;
            rows.SeenBegin[index] = seenBegin;
            rows.SeenEnd[index] = seenEnd;
            rows.StraightEnd[index] = slice.Committed + place.IdentityDepth;
            rows.Largest[index] = float.NegativeInfinity;
            new Span<float>(rows.Weights(index), AttentionRows.WeightLanes).Clear();
            new Span<float>(rows.Sum(index), rows.ValueWidth).Clear();
            begin = Math.Min(begin, seenBegin);
            end = Math.Max(end, seenEnd);
            if (++head == task.Heads.GroupSize)
            {
                head = 0;
                row++;
            }
        }

        return (begin, end);
    }

    private static void Finish(in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows)
    {
        for (var index = 0; index < unit.Count; index++)
        {
            var (row, head) = Math.DivRem(unit.First + index, task.Heads.GroupSize);
            var destination = task.Destination + ((long)(slice.FirstRow + row) * task.DestinationStride)
                + (((unit.KvHead * task.Heads.GroupSize) + head) * task.Heads.HeadSize);
            var weight = TLanes.Sum(TLanes.Load(rows.Weights(index)));
            RowKernels<TLanes, TVector>.Scale(rows.Sum(index), 1f / weight, task.Heads.HeadSize, destination);
        }
    }
}
