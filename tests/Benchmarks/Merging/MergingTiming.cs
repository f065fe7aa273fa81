using Slerp.Benchmarks.Measuring;
using Slerp.Engine;
using Slerp.Engine.Merging;
using Slerp.Engine.Steps;

namespace Slerp.Benchmarks.Merging;

/// <summary>What merging gives when a prompt is read: time against the bound that the layers set, and rows of KV cache.</summary>
internal sealed class MergingTiming(BenchSettings settings, MergedPrefill prefill)
{
    private static readonly double[] Shares = [0.125, 0.25, 0.5];

    private readonly int[] _next = new int[1];

    private int Layers => prefill.Model.Cache.Layers;

    /// <summary>Measures one length: the unmerged prompt before and after each round of the merged ones.</summary>
    /// <param name="length">Tokens of the prompt.</param>
    /// <param name="pairs">Rounds.</param>
    /// <param name="cancellationToken">Ends it between prompts.</param>
    public void Measure(int length, int pairs, CancellationToken cancellationToken)
    {
        var prompts = new PromptText(settings.Folder);
        // Instructions before the passage, a question after it; and one plan of runs too short to be merged.
        MergePlan[] plans = [.. Shares.Select(share => Plan(share, [new RowSpan(32, length - 96)])), Plan(0.25, [new RowSpan(32, 3)])];
        var speedups = plans.Select(static _ => new Samples()).ToArray();
        var readings = new MergedPrefill.Reading[plans.Length];
        for (var pair = 0; pair <= pairs; pair++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var tokens = Tokens(prompts, length, pair);
            var before = prefill.Read(tokens, null, _next).Seconds;
            for (var index = 0; index < plans.Length; index++)
            {
                readings[index] = prefill.Read(tokens, plans[index], _next);
            }

            var plain = (before + prefill.Read(tokens, null, _next).Seconds) / 2;
            for (var index = 0; index < plans.Length && pair > 0; index++)
            {
                speedups[index].Add(plain / readings[index].Seconds);
            }

            Progress.Say($"  {length} tokens, round {pair}: {plain * 1000:F0} ms plain, " + string.Join(", ", readings.Select(static reading => $"{reading.Seconds * 1000:F0}")));
        }

        for (var index = 0; index < plans.Length; index++)
        {
            Print(length, pairs, plans[index], index < Shares.Length ? Shares[index] : null, readings[index], speedups[index]);
        }
    }

    private static int[] Tokens(PromptText prompts, int length, int variant)
    {
        // Words have lengths: a text of a few more tokens, cut.
        var tokens = prompts.Ids(prompts.Of(length + 8, variant));
        return tokens.Length >= length ? tokens[..length] : throw new InvalidOperationException($"A prompt of {length} tokens came out {tokens.Length} long.");
    }

    private PromptMergePlan Plan(double share, IReadOnlyList<RowSpan> spans) =>
        new(new MergeCutoff.Share(share).LayerOf(Layers), MergePositions.Mean, MergePairing.Blind.Instance, MergeVariant.PerRow, spans);

    private void Print(int length, int pairs, MergePlan plan, double? share, MergedPrefill.Reading reading, Samples speedups)
    {
        var bound = MergeArithmetic.PrefillSpeedup(Layers, plan.Cutoff, length, reading.RowsAfter);
        Figure.Print(
            "merging-timing", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("threads", settings.Threads), ("length", length),
            ("cutoff", share is null ? "nothing to merge" : share), ("layer", plan.Cutoff), ("layers", Layers), ("rows_before", length), ("rows_after", reading.RowsAfter),
            ("prefill_speedup", speedups.Median), ("bound", bound), ("share_of_bound", speedups.Median / bound),
            ("kv_ratio", (double)reading.KvRows / ((long)Layers * length)), ("kv_ratio_computed", MergeArithmetic.KvRatio(Layers, plan.Cutoff, length, reading.RowsAfter)),
            ("pairs", pairs), ("speedup_min", speedups.Min), ("speedup_max", speedups.Max));
    }
}
