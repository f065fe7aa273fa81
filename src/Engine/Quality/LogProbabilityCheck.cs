namespace Slerp.Engine.Quality;

/// <summary>Fails text the model is far less sure of than it is of its own text unmerged: log-probability drift.</summary>
/// <remarks>
/// <para>Formula: z = (μ − min over the segment's tokens of log p) / σ, with μ and σ of the calibration. The least sure token tells more than the mean: one wrong name in a
/// fluent sentence is one unlikely token among likely ones.</para>
/// <para>Units: standard deviations. Without a calibration it passes, and where tokens are drawn: there unlikely ones are meant.</para>
/// </remarks>
/// <param name="limit">The highest z that passes.</param>
internal sealed class LogProbabilityCheck(double limit) : IQualityCheck
{
    public const string CheckName = "log-probability";

    /// <inheritdoc />
    public string Name => CheckName;

    /// <inheritdoc />
    public QualityScope Scope => QualityScope.Segment;

    /// <inheritdoc />
    public bool NeedsCalibration => true;

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
    {
        if (context.Calibration is not { } calibration || context.Sampling is not SamplingMode.Greedy)
        {
            return Verdict.Passed;
        }

        var least = calibration.LogProbabilityMean;
        foreach (var token in tokens.Span[^context.SegmentTokens..])
        {
            least = Math.Min(least, token.LogProbability);
        }

        return Verdict.ByScore(
            (calibration.LogProbabilityMean - least) / Math.Max(calibration.LogProbabilitySpread, QualityCalibration.LeastSpread), limit, "the model is unsure of a token");
    }
}
