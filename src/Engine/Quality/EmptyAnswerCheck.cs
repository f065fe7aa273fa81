namespace Slerp.Engine.Quality;

/// <summary>Fails an answer that ends without a word.</summary>
internal sealed class EmptyAnswerCheck : IQualityCheck
{
    public const string CheckName = "empty";

    /// <inheritdoc />
    public string Name => CheckName;

    /// <inheritdoc />
    public QualityScope Scope => QualityScope.Segment;

    /// <inheritdoc />
    public bool NeedsProbabilities => false;

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens) =>
        Verdict.ByScore(context.Finish is not null && string.IsNullOrWhiteSpace(text) ? 1 : 0, 0, "the answer is empty");
}
