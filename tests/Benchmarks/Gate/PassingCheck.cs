using Slerp.Engine;

namespace Slerp.Benchmarks.Gate;

/// <summary>Asks a check and lets everything pass: its scores are told, its verdict has no consequence.</summary>
internal sealed class PassingCheck(IQualityCheck inner) : IQualityCheck
{
    /// <inheritdoc />
    public string Name => inner.Name;

    /// <inheritdoc />
    public QualityScope Scope => inner.Scope;

    /// <inheritdoc />
    public bool NeedsCalibration => inner.NeedsCalibration;

    /// <inheritdoc />
    public bool NeedsPrompt => inner.NeedsPrompt;

    /// <inheritdoc />
    public bool NeedsProbabilities => inner.NeedsProbabilities;

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
    {
        var verdict = inner.Evaluate(context, text, tokens);
        return verdict with { Kind = VerdictKind.Passed, Reason = verdict.Kind == VerdictKind.Passed ? null : verdict.Reason };
    }
}
