namespace Slerp.Engine.Quality;

/// <summary>Fails text whose statistics, where another check wants any, are not numbers. A row of logits that is not finite is a fault before any check looks; this is the rest.</summary>
internal sealed class NonFiniteCheck : IQualityCheck
{
    public const string CheckName = "non-finite";

    /// <inheritdoc />
    public string Name => CheckName;

    /// <inheritdoc />
    public QualityScope Scope => QualityScope.Segment;

    /// <inheritdoc />
    public bool NeedsProbabilities => false;

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
    {
        foreach (var token in tokens.Span)
        {
            if (token.IsScored && (!float.IsFinite(token.LogProbability) || !float.IsFinite(token.Entropy)))
            {
                return Verdict.Failed("a probability is not a number", 1);
            }
        }

        return Verdict.ByScore(0, 0, "");
    }
}
