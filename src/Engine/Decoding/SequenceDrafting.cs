using Slerp.Engine.Drafting;

namespace Slerp.Engine.Decoding;

/// <summary>How one sequence is drafted for, and what came of it.</summary>
/// <remarks>
/// <para>A drafter is a guess: whatever it throws costs speed, not the answer. The fault is counted, and the sequence goes on without it.</para>
/// <para>Engine thread only.</para>
/// </remarks>
/// <param name="context">The sequence.</param>
/// <param name="drafter">What guesses for it; null for plain decoding.</param>
internal sealed class SequenceDrafting(IDraftContext context, IDrafter? drafter)
{
    /// <summary>What guesses for it; null for plain decoding, or after it threw.</summary>
    public IDrafter? Drafter { get; private set; } = drafter;

    /// <summary>What the drafter keeps for it; null until its first decode step, and while it waits.</summary>
    public DraftSession? Session { get; private set; }

    /// <summary>What drafting did.</summary>
    public DraftLedger Ledger { get; } = new();

    /// <summary>Opens the drafter's session where there is none and a draft may still come: the last token of an answer needs none.</summary>
    public void Open()
    {
        if (Drafter is null || Session is not null || context.TokensLeft <= 1)
        {
            return;
        }

        try
        {
            Session = Drafter.Open(context);
        }
#pragma warning disable CA1031 // See the remarks.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Drop(failure);
        }
    }

    /// <summary>Lets the drafter learn from a step.</summary>
    public void Observe(in StepOutcome outcome)
    {
        try
        {
            Session?.Observe(outcome);
        }
#pragma warning disable CA1031 // See the remarks.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Drop(failure);
        }
    }

    /// <summary>Goes on without a draft: the drafter threw.</summary>
    public void Drop(Exception failure)
    {
        Ledger.CountFault(failure);
        Close();
        Drafter = null;
    }

    /// <summary>Forgets the drafter's session; its figures stay.</summary>
    public void Close()
    {
        if (Session is not { } session)
        {
            return;
        }

        Session = null;
        try
        {
            using (session)
            {
                session.Report(Ledger);
            }
        }
#pragma warning disable CA1031 // See the remarks.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Ledger.CountFault(failure);
        }
    }
}
