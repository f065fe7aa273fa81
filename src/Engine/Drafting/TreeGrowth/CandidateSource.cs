namespace Slerp.Engine.Drafting.TreeGrowth;

/// <summary>One sequence's memory of what tends to follow what: offers children for the nodes of a growing tree.</summary>
internal abstract class CandidateSource : IDisposable
{
    /// <summary>No cursor: the node did not come from this source.</summary>
    public const long None = -1;

    /// <summary>The name as statistics spell it.</summary>
    public abstract string Name { get; }

    /// <summary>Successors it wants of every verified row.</summary>
    public virtual int TopK => 0;

    /// <summary>Whether looking costs no pass and no row: then it is asked even while drafts have not paid for a while.</summary>
    public virtual bool IsFree => false;

    /// <summary>The cursor of the root.</summary>
    public virtual long RootCursor => None;

    /// <summary>Adds the candidates below a node, likeliest first.</summary>
    /// <param name="token">The node's token.</param>
    /// <param name="cursor">The cursor this source gave with it, or <see cref="None"/>.</param>
    /// <param name="candidates">Receives them.</param>
    public abstract void Expand(int token, long cursor, List<Candidate> candidates);

    /// <summary>Learns from a step, drafted or not.</summary>
    public abstract void Observe(in StepOutcome outcome);

    /// <inheritdoc />
    public virtual void Dispose()
    {
    }
}
