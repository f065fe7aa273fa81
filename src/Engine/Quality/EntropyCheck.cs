namespace Slerp.Engine.Quality;

/// <summary>Fails text the model is undecided about, compared with its own text unmerged: entropy drift.</summary>
/// <remarks>
/// <para>Formula: z = (mean over the segment's tokens of H − μ) / σ, with μ and σ of the calibration.</para>
/// <para>Units: standard deviations. Without a calibration it passes.</para>
/// </remarks>
/// <param name="limit">The highest z that passes.</param>
internal sealed class EntropyCheck(double limit) : IQualityCheck
{
    public const string CheckName = "entropy";

    /// <inheritdoc />
    public string Name => CheckName;

    /// <inheritdoc />
    public QualityScope Scope => QualityScope.Segment;

    /// <inheritdoc />
    public bool NeedsCalibration => true;

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
    {
        if (context.Calibration is not { } calibration || context.SegmentTokens == 0)
        {
            return Verdict.Passed;
        }

        var sum = 0.0;
        foreach (var token in tokens.Span[^context.SegmentTokens..])
        {
            sum += token.Entropy;
        }

        return Verdict.ByScore(
            ((sum / context.SegmentTokens) - calibration.EntropyMean) / Math.Max(calibration.EntropySpread, QualityCalibration.LeastSpread), limit, "the model is undecided");
    }
}
