using System.Diagnostics;
using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Drafting;
using Slerp.Engine.Models;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Decoding;

/// <summary>Measures what a step over M rows costs, with the loaded model on the machine at hand.</summary>
internal static class CostCalibration
{
    private static readonly int[] RowCounts = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

    // Heuristic: a load should not feel longer for it. What is not measured in this time is extended from the last slope.
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(0.5);

    /// <summary>Runs short chains on an empty slot; leaves the cache as it was.</summary>
    public static CostCurve Measure(IDecoder decoder, KvCache cache, Workspace workspace, CancellationToken cancellationToken)
    {
        var slot = cache.TryOpen();
        var rows = new List<int>();
        var seconds = new List<double>();
        var start = Stopwatch.GetTimestamp();
        foreach (var count in RowCounts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isLate = rows.Count >= 2 && Stopwatch.GetElapsedTime(start) > Budget;
            if (isLate || count > decoder.Shape.MaxPositions || !cache.TryReserve(slot, count))
            {
                break;
            }

            rows.Add(count);
            seconds.Add(Fastest(decoder, cache, workspace, slot, count));
        }

        cache.Release(slot);
        return rows.Count < 2 ? CostCurve.Linear : new CostCurve(rows, seconds);
    }

    // The fastest of a few: what disturbs a measurement only ever makes it slower. The very first runs also pay for compilation.
    private static double Fastest(IDecoder decoder, KvCache cache, Workspace workspace, int slot, int count)
    {
        var tree = new TokenTree();
        tree.SetChain([.. Enumerable.Range(0, count).Select(index => index * 7919 % decoder.Shape.VocabularySize)]);
        var batch = new StepBatch();
        batch.Add(new StepSlice(slot, tree, WantedRows.All, count));
        var fastest = double.MaxValue;
        var total = 0.0;
        for (var run = 0; run < (count == 1 ? 8 : 4) && (run < 2 || total < 0.05); run++)
        {
            var start = Stopwatch.GetTimestamp();
            decoder.Forward(batch, cache, workspace).ArgMax(0);
            var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            fastest = Math.Min(fastest, elapsed);
            total += elapsed;
        }

        return fastest;
    }
}
