using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>One block of keys of a tree row whose path does not lie in logical order.</summary>
/// <remarks>Scores are computed by place, page by page, and brought into logical order; values are read by place in logical order. Each (row, key) and each
/// (row, column) is the same chain of operations as where the path is a chain: the same bits.</remarks>
internal static unsafe class GatheredBlock<TLanes, TVector, TWeights>
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

    /// <summary>Computes the weights and the weighted sum of one row's block.</summary>
    public static void Run(
        in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, int index, int block)
    {
        var (from, to) = rows.SeenIn(block, index);
        if (from >= to)
        {
            BlockJoin<TLanes, TVector>.Skip(rows, index);
            return;
        }

        TreePath.FindPlaces(task, unit, slice, rows, index, block, to, rows.Places);
        Scores(task, unit, slice, rows, index, from, to);
        BlockJoin<TLanes, TVector>.Softmax(rows, index, from, to);
        for (var panel = 0; panel < task.Layout.ValuePanels; panel++)
        {
            WeightedSum(task, unit, slice, rows, index, from, to, panel);
        }
    }

    private static void Scores(
        in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, int index, int from, int to)
    {
        var scores = rows.Scores(index);
        var done = from;
        while (done < to)
        {
            var number = rows.Places[done] / Block;
            var keys = task.Layout.Keys(slice.Pages[number], unit.KvHead);
            for (var panel = 0; panel * Width < Block; panel++)
            {
                var w = keys + (panel * task.Layout.KeyPanelBytes);
                FloatTile<TLanes, TVector, TWeights>.Multiply(
                    1, w, rows.Query(index), rows.QueryStride, task.Layout.HeadSize, rows.PageScores + (panel * Width), Block,
                    new PrefetchStream(w, 0, 0));
            }

            for (var lane = done; lane < to; lane++)
            {
                if (rows.Places[lane] >= 0 && rows.Places[lane] / Block == number)
                {
                    scores[lane] = rows.PageScores[rows.Places[lane] % Block];
                    // Places are needed again for the values: a lane that is done is marked by its complement.
                    rows.Places[lane] = ~rows.Places[lane];
                }
            }

            while (done < to && rows.Places[done] < 0)
            {
                done++;
            }
        }

        for (var lane = from; lane < to; lane++)
        {
            rows.Places[lane] = ~rows.Places[lane];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WeightedSum(
        in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, int index, int from, int to, int panel)
    {
        TVector a0 = default, a1 = default;
        var p = rows.Scores(index);
        for (var lane = from; lane < to; lane++)
        {
            var place = rows.Places[lane];
            var pair = task.Layout.Values(slice.Pages[place / Block], unit.KvHead) + (panel * task.Layout.ValuePanelBytes)
                + (place % Block / 2 * TWeights.PairBytes);
            TWeights.Load(pair, out var even0, out var even1, out var odd0, out var odd1);
            var weight = TLanes.Broadcast(p[lane]);
            a0 = TLanes.MultiplyAdd(weight, (place & 1) == 0 ? even0 : odd0, a0);
            a1 = TLanes.MultiplyAdd(weight, (place & 1) == 0 ? even1 : odd1, a1);
        }

        var sum = rows.BlockSum(index) + (panel * Width);
        TLanes.Store(a0, sum);
        TLanes.Store(a1, sum + TLanes.Count);
    }
}
