using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>Blocks of attention by vectors: scores and weighted sums are products of the float micro-kernel.</summary>
internal readonly unsafe struct VectorBlocks<TLanes, TVector, TWeights> : IAttentionBlocks
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

    /// <inheritdoc />
    public static void Begin(in AttentionTask task, in AttentionUnit unit, in AttentionRows rows)
    {
        // The micro-kernel takes queries as they are.
    }

    /// <summary>One block of keys for all rows: tiles together where all keep keys in logical order, else row by row.</summary>
    public static void Run(in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, int block)
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
            BlockJoin<TLanes, TVector>.Weigh(rows, index, block);
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
}
