namespace Slerp.Engine.Drafting.DraftModel;

/// <summary>What a pass of the draft model costs in steps of one row of the target's: as measured at load, corrected by how long both take in truth.</summary>
/// <remarks>
/// <para>Formula: price(rows) = c(rows)·p_draft / p_target, where p is the running median of time taken over time expected.</para>
/// <para>The best times at load leave out what happens around a pass, which is little for a large model and much for a small one. A wrong price costs
/// time, never a token.</para>
/// </remarks>
internal sealed class PassPrice
{
    // Heuristic: each observation moves the median's estimate by a twentieth towards it, so that single stalls count no more than any other.
    private const double Move = 1.05;
    private const double Least = 1.0 / 64;

    private readonly CostCurve _target;
    private readonly TimeProvider? _time;
    private double _draftPace = 1;
    private double _targetPace = 1;
    private double _expectedSeconds;
    private long _start;

    /// <summary>Creates the price of a target's drafts.</summary>
    /// <param name="target">What rows of the target's cost.</param>
    /// <param name="time">The clock; null takes the costs as they stand.</param>
    public PassPrice(CostCurve target, TimeProvider? time)
    {
        _target = target;
        _time = time;
    }

    /// <summary>The price of a pass.</summary>
    /// <param name="draft">What rows of the draft model's cost.</param>
    /// <param name="rows">Rows of the pass.</param>
    public double this[CostCurve draft, int rows] => draft.Seconds / _target.Seconds * draft[rows] * (_draftPace / _targetPace);

    /// <summary>A pass begins.</summary>
    public void BeginPass(CostCurve draft, int rows) => Begin(draft, rows);

    /// <summary>The pass has been run and read.</summary>
    public void EndPass() => End(ref _draftPace);

    /// <summary>A step of the target's begins.</summary>
    public void BeginStep(int rows) => Begin(_target, rows);

    /// <summary>The step has been run; a second call says nothing new.</summary>
    public void EndStep() => End(ref _targetPace);

    private void Begin(CostCurve costs, int rows)
    {
        _expectedSeconds = costs.Seconds * costs[rows];
        _start = _time?.GetTimestamp() ?? 0;
    }

    private void End(ref double pace)
    {
        if (_time is null || _expectedSeconds == 0)
        {
            return;
        }

        var taken = _time.GetElapsedTime(_start).TotalSeconds;
        pace = Math.Clamp(taken > _expectedSeconds * pace ? pace * Move : pace / Move, Least, 1 / Least);
        _expectedSeconds = 0;
    }
}
