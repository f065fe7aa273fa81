using Slerp.Engine.Models;

namespace Slerp.Benchmarks.Speculation;

/// <summary>Finds a layer mask: turns one sub-layer after the other on or off and keeps what raises the worth, until nothing does.</summary>
/// <remarks>From two starts, the default mask and the empty one; the better end wins. Deterministic.</remarks>
internal sealed class MaskSearch(Func<LayerMask, double> worth, int layers, int mostTrials)
{
    private int _trials;

    /// <summary>The best mask found from any of the starts, and its worth.</summary>
    public (LayerMask Mask, double Worth) Run(params IEnumerable<LayerMask> starts)
    {
        var best = (Mask: LayerMask.None(layers), Worth: double.MinValue);
        foreach (var start in starts)
        {
            var found = Climb(start);
            best = found.Worth > best.Worth ? found : best;
        }

        return best;
    }

    private (LayerMask Mask, double Worth) Climb(LayerMask start)
    {
        var skipped = Enumerable.Range(0, layers * 2).Select(part => part % 2 == 0 ? start.SkipsAttention(part / 2) : start.SkipsMlp(part / 2)).ToArray();
        var best = Try(skipped);
        for (var isBetter = true; isBetter && _trials < mostTrials;)
        {
            isBetter = false;
            // From the middle outwards: the middle is where skipping costs least.
            foreach (var part in Enumerable.Range(0, layers * 2).OrderBy(part => Math.Abs(part - layers)))
            {
                skipped[part] = !skipped[part];
                var tried = _trials < mostTrials ? Try(skipped) : double.MinValue;
                if (tried > best)
                {
                    (best, isBetter) = (tried, true);
                }
                else
                {
                    skipped[part] = !skipped[part];
                }
            }
        }

        return (Mask(skipped), best);
    }

    private double Try(bool[] skipped)
    {
        _trials++;
        return worth(Mask(skipped));
    }

    private LayerMask Mask(bool[] skipped)
    {
        var all = Enumerable.Range(0, layers);
        return new LayerMask(layers, all.Where(layer => skipped[layer * 2]), all.Where(layer => skipped[(layer * 2) + 1]));
    }
}
