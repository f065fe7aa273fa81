using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>Attention of one unit: rows that share a key/value head.</summary>
/// <remarks>
/// <para>Formula: softmax(q · k / √dh) v over the keys a row sees.</para>
/// <para>Reduction: the row's logical indices are cut into blocks of 64 from 0. Within a block: scores, a chain over d each; m = max; p = e^(s − m), exactly 0 where unseen;
/// l = Σ p in fixed lane order; a = Σ p v in ascending logical order. Blocks join (M, L, A) in order: M' = max(M, m), A' = A e^(M−M') + a e^(m−M'), L' alike.
/// So a row's bits depend on its own path alone: not on tiles, threads, slots, or on whether its path lay in a tree or a chain.</para>
/// <para>Accuracy: about 1e-5 relative to a definition in 64 bits.  Source: Milakov and Gimelshein 2018; Dao et al. 2022.</para>
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

    /// <summary>Computes one unit.</summary>
    public static void Run(in AttentionTask task, in AttentionUnit unit, byte* scratch)
    {
        var rows = new AttentionRows(scratch, task.Layout);
        var slice = task.Plan.Slices[unit.Slice];
        var (begin, end) = Prepare(task, unit, slice, rows);
        for (var block = begin / Block; block * Block < end; block++)
        {
            for (var first = 0; first < unit.Count; first += TLanes.TileRows)
            {
                Tile(task, unit, slice, rows, first, Math.Min(TLanes.TileRows, unit.Count - first), block);
            }
        }

        Finish(task, unit, slice, rows);
    }

    /// <summary>Scales the queries, notes what each row sees, empties the running sums.</summary>
    private static (int Begin, int End) Prepare(in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows)
    {
        var (begin, end) = (int.MaxValue, 0);
        var scale = 1f / MathF.Sqrt(task.Heads.HeadSize);
        for (var index = 0; index < unit.Count; index++)
        {
            var (row, head) = Math.DivRem(unit.First + index, task.Heads.GroupSize);
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
            rows.Weight[index] = 0;
            new Span<float>(rows.Sum(index), rows.ValueWidth).Clear();
            begin = Math.Min(begin, seenBegin);
            end = Math.Max(end, seenEnd);
        }

        return (begin, end);
    }

    /// <summary>One block of keys for a tile of rows; together where all keep keys in logical order, else one by one.</summary>
    private static void Tile(
        in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, int first, int count, int block)
    {
        var straight = true;
        for (var index = first; index < first + count; index++)
        {
            straight &= rows.IsStraight(index, block);
        }

        if (straight)
        {
            Straight(task, unit, slice, rows, first, count, block);
            return;
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
                Join(rows, index);
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
            Softmax(rows, index, from, to);
        }

        // Pairs of steps lie together: begin on an even one. An unseen step has weight 0.
        begin &= ~1;
        for (var panel = 0; panel < task.Layout.ValuePanels; panel++)
        {
            var w = task.Layout.Values(page, unit.KvHead) + (panel * task.Layout.ValuePanelBytes) + (begin / 2 * TWeights.PairBytes);
            FloatTile<TLanes, TVector, TWeights>.Multiply(
                count, w, rows.Scores(first) + begin, AttentionRows.ScoreStride, end - begin, rows.BlockSum(first) + (panel * Width), rows.ValueStride,
                new PrefetchStream(w + task.Layout.ValuePanelBytes, TWeights.PairBytes, 0));
        }

        for (var index = first; index < first + count; index++)
        {
            Join(rows, index);
        }
    }

    /// <summary>Turns the scores of a block into weights; a row that sees none of it gets none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Softmax(in AttentionRows rows, int index, int from, int to)
    {
        var s = rows.Scores(index);
        if (from >= to)
        {
            new Span<float>(s, Block).Clear();
            rows.BlockWeight[index] = 0;
            return;
        }

        new Span<float>(s, from).Fill(float.NegativeInfinity);
        new Span<float>(s + to, Block - to).Fill(float.NegativeInfinity);
        var lanes = TLanes.Load(s);
        for (var at = TLanes.Count; at < Block; at += TLanes.Count)
        {
            lanes = TLanes.Max(lanes, TLanes.Load(s + at));
        }

        var largest = TLanes.Max(lanes);
        var m = TLanes.Broadcast(largest);
        var l = TLanes.Broadcast(0f);
        for (var at = 0; at < Block; at += TLanes.Count)
        {
            var p = Exponential<TLanes, TVector>.Of(TLanes.Subtract(TLanes.Load(s + at), m));
            TLanes.Store(p, s + at);
            l = TLanes.Add(l, p);
        }

        rows.BlockLargest[index] = largest;
        rows.BlockWeight[index] = TLanes.Sum(l);
    }

    /// <summary>Joins a row's block to what it has seen so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Join(in AttentionRows rows, int index)
    {
        if (rows.BlockWeight[index] == 0)
        {
            return;
        }

        var before = rows.Largest[index];
        var block = rows.BlockLargest[index];
        var largest = MathF.Max(before, block);
        var keep = Exponential<TLanes, TVector>.Of(TLanes.Broadcast(before - largest));
        var take = Exponential<TLanes, TVector>.Of(TLanes.Broadcast(block - largest));
        var sum = rows.Sum(index);
        var blockSum = rows.BlockSum(index);
        for (var at = 0; at < rows.ValueWidth; at += TLanes.Count)
        {
            TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(blockSum + at), take, TLanes.Multiply(TLanes.Load(sum + at), keep)), sum + at);
        }

        rows.Largest[index] = largest;
        rows.Weight[index] = (rows.Weight[index] * TLanes.First(keep)) + (rows.BlockWeight[index] * TLanes.First(take));
    }

    private static void Finish(in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows)
    {
        for (var index = 0; index < unit.Count; index++)
        {
            var (row, head) = Math.DivRem(unit.First + index, task.Heads.GroupSize);
            var destination = task.Destination + ((long)(slice.FirstRow + row) * task.DestinationStride)
                + (((unit.KvHead * task.Heads.GroupSize) + head) * task.Heads.HeadSize);
            RowKernels<TLanes, TVector>.Scale(rows.Sum(index), 1f / rows.Weight[index], task.Heads.HeadSize, destination);
        }
    }
}
