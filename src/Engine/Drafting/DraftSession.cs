namespace Slerp.Engine.Drafting;

/// <summary>What a drafter keeps for one sequence. Learns only in <see cref="Observe"/>; disposing forgets it.</summary>
internal abstract class DraftSession : IDisposable
{
    /// <summary>Successors it wants of every verified row; 0 for none.</summary>
    public virtual int TopK => 0;

    /// <summary>Learns from what the target said, drafted or not.</summary>
    public abstract void Observe(in StepOutcome outcome);

    /// <summary>Adds the drafter's figures to the statistics of the answer.</summary>
    public virtual void Report(DraftLedger ledger)
    {
    }

    /// <inheritdoc />
    public virtual void Dispose()
    {
    }
}
