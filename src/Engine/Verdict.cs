namespace Slerp.Engine;

/// <summary>What a check says of a text. Immutable.</summary>
public sealed record Verdict
{
    /// <summary>Nothing was found.</summary>
    public static Verdict Passed { get; } = new();

    /// <summary>The check's name; the engine writes it.</summary>
    public string Check { get; init; } = "";

    /// <summary>When the check looked; the engine writes it.</summary>
    public QualityScope Scope { get; init; }

    /// <summary>How the check ended.</summary>
    public VerdictKind Kind { get; init; }

    /// <summary>How suspicious the text is, by the check's own scale: higher is worse. NaN where the check does not measure.</summary>
    public double Score { get; init; } = double.NaN;

    /// <summary>Why, in a few words without any of the text; null where it passed.</summary>
    public string? Reason { get; init; }

    /// <summary>A verdict that fails the text.</summary>
    /// <param name="reason">Why, in a few words without any of the text.</param>
    /// <param name="score">How suspicious it is.</param>
    public static Verdict Failed(string reason, double score = double.NaN) => new() { Kind = VerdictKind.Failed, Reason = reason, Score = score };

    /// <summary>A verdict from a measured score and its limit: above it the text fails.</summary>
    /// <param name="score">How suspicious the text is.</param>
    /// <param name="limit">The highest score that passes.</param>
    /// <param name="reason">Why it fails, where it does.</param>
    public static Verdict ByScore(double score, double limit, string reason) =>
        score > limit ? Failed(reason, score) : new Verdict { Score = score };
}
