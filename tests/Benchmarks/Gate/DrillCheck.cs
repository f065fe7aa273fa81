using Slerp.Engine;

namespace Slerp.Benchmarks.Gate;

/// <summary>A check that fails, hangs or throws at one segment.</summary>
internal sealed class DrillCheck : IQualityCheck, IDisposable
{
    private readonly ManualResetEventSlim _release = new();

    /// <summary>What it does, and when.</summary>
    public DrillFault Fault { get; set; } = DrillFault.None;

    /// <summary>Called before it does it; null calls nobody.</summary>
    public Action? Struck { get; set; }

    /// <inheritdoc />
    public string Name => "drill";

    /// <inheritdoc />
    public QualityScope Scope => QualityScope.Segment;

    /// <summary>Lets those that hang end.</summary>
    public void Dispose() => _release.Set();

    /// <inheritdoc />
    public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
    {
        if (context.SegmentIndex != Fault.Segment)
        {
            return Verdict.Passed;
        }

        switch (Fault.Kind)
        {
            case "quality":
                Struck?.Invoke();
                return Verdict.Failed("a drill");
            case "hang":
                _release.Wait(TimeSpan.FromMinutes(1));
                return Verdict.Passed;
            case "throw":
                throw new InvalidOperationException("A drill throws.");
            default:
                return Verdict.Passed;
        }
    }
}
