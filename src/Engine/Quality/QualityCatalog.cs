namespace Slerp.Engine.Quality;

/// <summary>The checks of this build, one line each. None has state, so one instance serves everyone.</summary>
internal static class QualityCatalog
{
    // Heuristics: limits that answers of the embedded model without merging stay below; `tests/Benchmarks -- gate` prints others beside the ROC areas (docs/quality.md).
    private const double LogProbabilityLimit = 6;
    private const double EntropyLimit = 3;
    private const double DistanceLimit = 0.6;
    private const double GroundingLimit = 0.5;

    private static readonly IQualityCheck[] Checks =
    [
        new NonFiniteCheck(),
        new EmptyAnswerCheck(),
        new CompleteJsonCheck(),
        new RepetitionCheck(),
        new LogProbabilityCheck(LogProbabilityLimit),
        new EntropyCheck(EntropyLimit),
        new MergeSimilarityCheck(DistanceLimit),
        new GroundingCheck(GroundingLimit),
        new QuotationCheck(),
    ];

    // Measured too weak to be asked unasked (ROC area below 0.6 on merged passages): docs/quality.md. A model may have other weaknesses: they can be named.
    private static readonly string[] Weak = [LogProbabilityCheck.CheckName, EntropyCheck.CheckName, MergeSimilarityCheck.CheckName, QuotationCheck.CheckName];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Checks.Select(static check => check.Name)];

    /// <summary>The names of those worth asking unless something else is said.</summary>
    public static IReadOnlyList<string> DefaultNames { get; } = [.. Names.Except(Weak)];

    /// <summary>A check by name; null where there is none.</summary>
    public static IQualityCheck? Find(string name) => Array.Find(Checks, check => check.Name == name);
}
