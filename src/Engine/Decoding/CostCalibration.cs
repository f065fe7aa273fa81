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
    // The first three span the curve and are measured whatever they take: close points of a slow model, of which no more fit into the time, tell noise from
    // slope badly. The rest fill in.
    private static readonly int[] RowCounts = [1, 8, 24, 64, 4, 16, 2, 12, 32, 6, 3, 48];
    private const int Needed = 3;

    // Heuristic: a load should not feel longer for it.
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(0.5);

    /// <summary>Runs short chains on an empty slot; leaves the cache as it was.</summary>
    public static CostCurve Measure(IDecoder decoder, KvCache cache, Workspace workspace, CancellationToken cancellationToken)
    {
        var slot = cache.TryOpen();
        var seconds = new SortedList<int, double>();
        var start = Stopwatch.GetTimestamp();
        foreach (var count in RowCounts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (seconds.Count >= Needed && Stopwatch.GetElapsedTime(start) > Budget)
            {
                break;
            }

            if (count <= decoder.Shape.MaxPositions && cache.TryReserve(slot, count))
            {
                seconds.Add(count, Fastest(decoder, cache, workspace, slot, count));
            }
        }

        cache.Release(slot);
        return seconds.Count < 2 ? CostCurve.Linear : new CostCurve([.. seconds.Keys], [.. seconds.Values]);
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
        for (var run = 0; run < (count == 1 ? 8 : 4) && (run < (count == 1 ? 3 : 2) || total < 0.05); run++)
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
