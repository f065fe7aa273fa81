namespace Slerp.Engine.Quality;

/// <summary>Fails a prompt before a token is decoded where the rows that were merged were too different to be one.</summary>
/// <remarks>Formula: 1 − the mean cosine of the merged pairs at the cutoff. Rows found merged in the prefix cache were measured by the answer that merged them; where there are only such,
/// it passes.</remarks>
/// <param name="limit">The highest distance that passes.</param>
internal sealed class MergeSimilarityCheck(double limit) : IQualityCheck
{
    public const string CheckName = "merge-similarity";

    /// <inheritdoc />
    public string Name => CheckName;

    /// <inheritdoc />
    public QualityScope Scope => QualityScope.Prompt;

    /// <inheritdoc />
    public bool NeedsProbabilities => false;

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens) =>
        context.Merging.ComparedPairs > 0
            ? Verdict.ByScore(1 - context.Merging.MeanSimilarity, limit, "the merged tokens are too different")
            : Verdict.Passed;
}
