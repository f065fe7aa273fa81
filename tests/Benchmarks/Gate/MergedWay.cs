using System.Globalization;

namespace Slerp.Benchmarks.Gate;

/// <summary>How the prompts of judged answers are merged.</summary>
/// <param name="Cutoff">The share of the layers that sees every token.</param>
/// <param name="Threshold">The least cosine of neighbours that become one; without it, pairs by parity.</param>
internal sealed record MergedWay(double Cutoff, double? Threshold = null)
{
    /// <summary>For figures.</summary>
    public string Pairs => Threshold is { } least ? string.Create(CultureInfo.InvariantCulture, $"similar {least}") : "blind";
}
