namespace Slerp.Engine.Drafting.DraftModel;

/// <summary>What a pass of the draft model costs in steps of one row of the target's: as measured at load, corrected by how long passes take in truth.</summary>
/// <remarks>
/// <para>Formula: price(rows) = c(rows)·p / t(1), where p is the running median of time taken over time expected, and t(1) what <see cref="StepPrices"/>
/// tells of the target.</para>
/// <para>The best times at load leave out what happens around a pass, which is little for a large model and much for a small one. A wrong price costs
/// time, never a token.</para>
/// </remarks>
internal sealed class PassPrice
{
    // Heuristic: each observation moves the median's estimate by a twentieth towards it, so that single stalls count no more than any other.
    private const double Move = 1.05;
    private const double Least = 1.0 / 64;

    private readonly StepPrices _target;
    private readonly TimeProvider? _time;
    private double _pace = 1;
    private double _expectedSeconds;
    private long _start;

    /// <summary>Creates the price of a target's drafts.</summary>
    /// <param name="target">What rows of the target's cost.</param>
    /// <param name="time">The clock; null takes the costs as they stand.</param>
    public PassPrice(StepPrices target, TimeProvider? time)
    {
        _target = target;
        _time = time;
    }

    /// <summary>The price of a pass.</summary>
    /// <param name="draft">What rows of the draft model's cost.</param>
    /// <param name="rows">Rows of the pass.</param>
    public double this[CostCurve draft, int rows] => draft.Seconds / _target.Seconds * draft[rows] * _pace;

    /// <summary>A pass begins.</summary>
    public void BeginPass(CostCurve draft, int rows)
    {
        _expectedSeconds = draft.Seconds * draft[rows];
        _start = _time?.GetTimestamp() ?? 0;
    }

    /// <summary>The pass has been run and read.</summary>
    public void EndPass()
    {
        // Less than the clock can tell is no time.
        if (_time?.GetElapsedTime(_start).TotalSeconds is { } taken and > 0)
        {
            _pace = Math.Clamp(taken > _expectedSeconds * _pace ? _pace * Move : _pace / Move, Least, 1 / Least);
        }
    }
}
