using Slerp.Benchmarks.Measuring;
using Slerp.Engine;
using Slerp.Engine.Steps;

namespace Slerp.Benchmarks.Merging;

/// <summary>How often the merged model's next token is the unmerged model's, by cutoff, length and way of merging.</summary>
internal sealed class MergingQuality(string model, MergedPrefill prefill, float threshold)
{
    // As the published notebook: nothing kept before, 32 rows after, once more than 100 are there.
    private const int Minimum = 100;
    private const int KeepLast = 32;
    private const int Candidates = 5;

    private int Layers => prefill.Model.Cache.Layers;

    /// <summary>Measures windows of a text, of each length that fits.</summary>
    public void Measure(ReadOnlySpan<int> text, IEnumerable<int> lengths, int cases, CancellationToken cancellationToken)
    {
        foreach (var length in lengths.Where(length => length <= prefill.Model.Info.ContextTokens))
        {
            var windows = Math.Min(cases, text.Length - length);
            if (windows <= 0)
            {
                Progress.Say($"  {model}: the text has {text.Length} tokens, too few for windows of {length}.");
                continue;
            }

            var tallies = Tallies(length);
            var plain = new int[1];
            for (var window = 0; window < windows; window++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var tokens = text.Slice((int)((long)window * (text.Length - length) / windows), length);
                prefill.Read(tokens, null, plain);
                foreach (var tally in tallies)
                {
                    tally.Add(prefill, tokens, plain[0]);
                }
            }

            Progress.Say($"  {model}: {length} tokens done, {windows} windows.");
            foreach (var tally in tallies)
            {
                tally.Print(model, length);
            }
        }
    }

    private List<Tally> Tallies(int length)
    {
        var span = new RowSpan(0, length > Minimum ? length - KeepLast : length);
        var tallies = new List<Tally>();
        foreach (var published in PublishedAgreement.Cutoffs)
        {
            var cutoff = published * Layers / PublishedAgreement.Layers;
            foreach (var positions in Enum.GetValues<MergePositions>())
            {
                foreach (var (pairing, variant) in new (MergePairing, MergeVariant)[]
                {
                    (MergePairing.Blind.Instance, MergeVariant.PerRow),
                    (MergePairing.Blind.Instance, MergeVariant.Reference),
                    (new MergePairing.Similar(threshold), MergeVariant.PerRow),
                })
                {
                    tallies.Add(new Tally((double)published / PublishedAgreement.Layers, new PromptMergePlan(cutoff, positions, pairing, variant, [span])));
                }
            }
        }

        return tallies;
    }

    private sealed class Tally(double share, PromptMergePlan plan)
    {
        private readonly int[] _next = new int[Candidates];
        private readonly int[] _within = new int[Candidates];
        private int _cases;
        private double _rows;
        private double _similarity;

        public void Add(MergedPrefill prefill, ReadOnlySpan<int> tokens, int plain)
        {
            var reading = prefill.Read(tokens, plan, _next);
            var place = Array.IndexOf(_next, plain);
            for (var rank = place; rank >= 0 && rank < Candidates; rank++)
            {
                _within[rank]++;
            }

            _cases++;
            _rows += reading.RowsAfter;
            _similarity += reading.Similarity;
        }

        public void Print(string model, int length) => Figure.Print(
            "merging-quality", ("model", model), ("length", length), ("cutoff", share), ("layer", plan.Cutoff), ("variant", plan.Variant), ("positions", plan.Positions),
            ("pairs", plan.Pairing is MergePairing.Similar similar ? $"similar {similar.Threshold}" : "blind"), ("agreement_top1", (double)_within[0] / _cases),
            ("agreement_top3", (double)_within[2] / _cases), ("agreement_top5", (double)_within[4] / _cases), ("rows_after", _rows / _cases),
            ("similarity", _similarity / _cases), ("cases", _cases));
    }
}
