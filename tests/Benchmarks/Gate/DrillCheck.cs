using Slerp.Engine;

namespace Slerp.Benchmarks.Gate;

/// <summary>A check that fails, hangs or throws at one segment.</summary>
internal sealed class DrillCheck : IQualityCheck, IDisposable
{
    private readonly ManualResetEventSlim _release = new();
    private DrillFault _fault = DrillFault.None;
    private int _hanging;

    /// <summary>What it does, and when. What hung for an earlier one ends: it would not be asked again before.</summary>
    public DrillFault Fault
    {
        get => _fault;
        set
        {
            _fault = value;
            _release.Set();
            SpinWait.SpinUntil(() => Volatile.Read(ref _hanging) == 0);
            _release.Reset();
        }
    }

    /// <summary>Called before it does it; null calls nobody.</summary>
    public Action? Struck { get; set; }

    /// <inheritdoc />
    public string Name => "drill";

    /// <inheritdoc />
    public QualityScope Scope => Fault.Segment < 0 ? QualityScope.Prompt : QualityScope.Segment;

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
                Interlocked.Increment(ref _hanging);
                _release.Wait(TimeSpan.FromMinutes(1));
                Interlocked.Decrement(ref _hanging);
                return Verdict.Passed;
            case "throw":
                throw new InvalidOperationException("A drill throws.");
            default:
                return Verdict.Passed;
        }
    }
}
