using Slerp.Engine.Drafting;

namespace Slerp.Engine.Decoding;

/// <summary>Asks the drafters of a step, each once for all its sequences. A drafter that throws is an empty draft and a counted fault.</summary>
internal sealed class DraftRound
{
    private DraftTask[] _tasks = new DraftTask[8];

    /// <summary>Adds drafts to the trees of the sequences that decode and have a drafter.</summary>
    public void Propose(ReadOnlySpan<Sequence> sequences)
    {
        EnsureCapacity(sequences.Length);
        var plainRows = 0;
        foreach (var sequence in sequences)
        {
            plainRows += sequence.Tree.Count;
        }

        for (var index = 0; index < sequences.Length; index++)
        {
            if (MayDraft(sequences[index]) && IsFirstOfItsDrafter(sequences, index))
            {
                Ask(sequences[index..], sequences[index].Drafter!, plainRows);
            }
        }
    }

    /// <summary>Opens a sequence's drafter before the first step that speaks, so that it learns from the prompt's last row already.</summary>
    public static void Open(Sequence sequence)
    {
        if (sequence is not { Drafter: not null, Draft: null, TokensLeft: > 1 })
        {
            return;
        }

        try
        {
            sequence.OpenDraft();
        }
#pragma warning disable CA1031 // A drafter is a guess: whatever it throws costs speed, not the answer.
        catch (Exception)
#pragma warning restore CA1031
        {
            sequence.DropDraft();
        }
    }

    /// <summary>Lets a sequence's drafter learn from a step.</summary>
    public static void Observe(Sequence sequence, in StepOutcome outcome)
    {
        if (sequence.Draft is not { } draft)
        {
            return;
        }

        try
        {
            draft.Observe(outcome);
        }
#pragma warning disable CA1031 // A drafter is a guess: whatever it throws costs speed, not the answer.
        catch (Exception)
#pragma warning restore CA1031
        {
            sequence.DropDraft();
        }
    }

    // The last token of an answer needs no draft.
    private static bool MayDraft(Sequence sequence) => sequence is { Drafter: not null, PendingTokens: 1, TokensLeft: > 1 };

    private static bool IsFirstOfItsDrafter(ReadOnlySpan<Sequence> sequences, int index)
    {
        for (var earlier = 0; earlier < index; earlier++)
        {
            if (MayDraft(sequences[earlier]) && ReferenceEquals(sequences[earlier].Drafter, sequences[index].Drafter))
            {
                return false;
            }
        }

        return true;
    }

    private void Ask(ReadOnlySpan<Sequence> sequences, IDrafter drafter, int plainRows)
    {
        var count = 0;
        try
        {
            foreach (var sequence in sequences)
            {
                if (MayDraft(sequence) && ReferenceEquals(sequence.Drafter, drafter))
                {
                    sequence.OpenDraft();
                    _tasks[count++] = new DraftTask(sequence.Draft!, sequence.Tree, sequence.TokensLeft - 1);
                }
            }

            drafter.Propose(_tasks.AsSpan(0, count), plainRows);
        }
#pragma warning disable CA1031 // A drafter is a guess: whatever it throws costs speed, not the answer.
        catch (Exception)
#pragma warning restore CA1031
        {
            foreach (var sequence in sequences)
            {
                if (MayDraft(sequence) && ReferenceEquals(sequence.Drafter, drafter))
                {
                    sequence.Tree.Truncate(1);
                    sequence.DropDraft();
                }
            }
        }

        _tasks.AsSpan(0, count).Clear();
    }

    private void EnsureCapacity(int count)
    {
        if (_tasks.Length < count)
        {
            _tasks = new DraftTask[count];
        }
    }
}
