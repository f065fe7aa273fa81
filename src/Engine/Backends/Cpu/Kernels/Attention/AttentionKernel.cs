using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>Attention of one unit: rows that share a key/value head.</summary>
/// <remarks>
/// <para>Formula: softmax(q · k / √dh) v over the keys a row sees.</para>
/// <para>Reduction: the row's logical indices are cut into blocks of 64 from 0. Within a block: scores, a chain over d each; weights; weighted values in ascending
/// logical order. Blocks join in order (<see cref="BlockJoin{TLanes,TVector}"/>). So a row's bits depend on its own path alone: not on tiles, threads, slots,
/// on whether its path lay in a tree or a chain, or on whether blocks were computed by one worker or several.</para>
/// <para>Accuracy: about 1e-5 relative to a definition in 64 bits.  Source: Dao et al. 2022, with fixed blocks.</para>
/// </remarks>
internal static unsafe class AttentionKernel<TLanes, TVector, TWeights>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TWeights : struct, IPairWeights<TVector>
{
    private const int Block = KvStore.PageRows;

    private static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Count * 2;
    }

    /// <summary>Computes one unit, or in a task of several parts one part of it: its blocks, not joined yet.</summary>
    public static void Run(in AttentionTask task, in AttentionUnit unit, int part, byte* scratch)
    {
        var rows = new AttentionRows(scratch, task.Layout);
        var slice = task.Plan.Slices[unit.Slice];
        var (begin, end) = Prepare(task, unit, slice, rows);
        var (first, last) = (begin / Block, ((end - 1) / Block) + 1);
        if (task.Parts > 1)
        {
            var count = last - first;
            var partial = task.PartialsOf(unit.Number);
            for (var block = first + (count * part / task.Parts); block < first + (count * (part + 1) / task.Parts); block++)
            {
                Tiles(task, unit, slice, rows.WithBlock(partial + ((block - first) * task.BlockBytes)), block);
            }

            return;
        }

        for (var block = first; block < last; block++)
        {
            Tiles(task, unit, slice, rows, block);
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

    /// <summary>One block of keys for all rows: tiles together where all keep keys in logical order, else row by row.</summary>
    private static void Tiles(in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, int block)
    {
        for (var first = 0; first < unit.Count; first += TLanes.TileRows)
        {
            var count = Math.Min(TLanes.TileRows, unit.Count - first);
            var straight = true;
            for (var index = first; index < first + count; index++)
            {
                straight &= rows.IsStraight(index, block);
            }

            if (straight)
            {
                Straight(task, unit, slice, rows, first, count, block);
                continue;
            }

            for (var index = first; index < first + count; index++)
            {
                if (rows.IsStraight(index, block))
                {
                    Straight(task, unit, slice, rows, index, 1, block);
                }
                else
                {
                    GatheredBlock<TLanes, TVector, TWeights>.Run(task, unit, slice, rows, index, block);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Straight(
        in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, int first, int count, int block)
    {
        var (begin, end) = (Block, 0);
        for (var index = first; index < first + count; index++)
        {
            var (from, to) = rows.SeenIn(block, index);
            begin = from < to ? Math.Min(begin, from) : begin;
            end = from < to ? Math.Max(end, to) : end;
        }

        if (begin >= end)
        {
            return;
        }

        var page = slice.Pages[block];
        var keys = task.Layout.Keys(page, unit.KvHead);
        for (var panel = begin / Width; panel * Width < end; panel++)
        {
            var w = keys + (panel * task.Layout.KeyPanelBytes);
            FloatTile<TLanes, TVector, TWeights>.Multiply(
                count, w, rows.Query(first), rows.QueryStride, task.Layout.HeadSize, rows.Scores(first) + (panel * Width), AttentionRows.ScoreStride,
                new PrefetchStream(w + task.Layout.KeyPanelBytes, TWeights.PairBytes, 0));
        }

        for (var index = first; index < first + count; index++)
        {
            var (from, to) = rows.SeenIn(block, index);
            if (from < to)
            {
                BlockJoin<TLanes, TVector>.Softmax(rows, index, from, to);
            }
            else
            {
                BlockJoin<TLanes, TVector>.Skip(rows, index);
            }
        }

        // Pairs of steps lie together: begin on an even one. An unseen step has weight 0.
        begin &= ~1;
        var values = keys + task.Layout.ValueOffset;
        var next = block + 1 < slice.Pages.Length ? task.Layout.Keys(slice.Pages[block + 1], unit.KvHead) : keys;
        for (var panel = 0; panel < task.Layout.ValuePanels; panel++)
        {
            var w = values + (panel * task.Layout.ValuePanelBytes);
            var ahead = panel + 1 < task.Layout.ValuePanels ? w + task.Layout.ValuePanelBytes : next;
            FloatTile<TLanes, TVector, TWeights>.Multiply(
                count, w + (begin / 2 * TWeights.PairBytes), rows.Scores(first) + begin, AttentionRows.ScoreStride, end - begin,
                rows.BlockSum(first) + (panel * Width), rows.ValueStride, new PrefetchStream(ahead, TWeights.PairBytes, 0));
        }
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
