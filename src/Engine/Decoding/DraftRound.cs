using Slerp.Engine.Drafting;

namespace Slerp.Engine.Decoding;

/// <summary>Asks the drafters of a step, each once for all its sequences. A drafter that throws is an empty draft and a counted fault.</summary>
/// <remarks>Where one throws for a batch it is asked again for each sequence alone: only those it throws for go on without it.</remarks>
internal sealed class DraftRound(StepPrices prices)
{
    private readonly List<IDrafter> _drafters = [];
    private DraftTask[] _tasks = new DraftTask[8];
    private Sequence?[] _asked = new Sequence?[8];

    /// <summary>Adds drafts to the trees of the sequences that decode and have a drafter.</summary>
    public void Propose(ReadOnlySpan<Sequence> sequences)
    {
        EnsureCapacity(sequences.Length);
        var plainRows = 0;
        foreach (var sequence in sequences)
        {
            plainRows += sequence.Tree.Count;
            if (MayDraft(sequence) && !_drafters.Contains(sequence.Drafting.Drafter!))
            {
                _drafters.Add(sequence.Drafting.Drafter!);
            }
        }

        if (_drafters.Count > 0 && !IsPlainStep(sequences.Length, plainRows))
        {
            foreach (var drafter in _drafters)
            {
                Ask(sequences, drafter, plainRows);
            }
        }

        _drafters.Clear();
    }

    // One row each: they decode all, and it can be told what that costs without drafts. It is asked only for who would use the answer.
    private bool IsPlainStep(int sequences, int plainRows) =>
        plainRows == sequences && _drafters.Exists(static drafter => drafter.UsesPrices) && prices.IsPlainStepDue(plainRows);

    // The last token of an answer needs no draft.
    private static bool MayDraft(Sequence sequence) => sequence is { Drafting.Drafter: not null, PendingTokens: 1, TokensLeft: > 1 };

    private void Ask(ReadOnlySpan<Sequence> sequences, IDrafter drafter, int plainRows)
    {
        var count = 0;
        foreach (var sequence in sequences)
        {
            if (!MayDraft(sequence) || !ReferenceEquals(sequence.Drafting.Drafter, drafter))
            {
                continue;
            }

            sequence.Drafting.Open();
            if (sequence.Drafting.Session is { } session)
            {
                _asked[count] = sequence;
                _tasks[count++] = new DraftTask(session, sequence.Tree, sequence.TokensLeft - 1);
            }
        }

        if (count > 0 && TryPropose(drafter, 0, count, plainRows) is { } failure)
        {
            AskAlone(drafter, count, plainRows, failure);
        }

        _tasks.AsSpan(0, count).Clear();
        _asked.AsSpan(0, count).Clear();
    }

    private void AskAlone(IDrafter drafter, int count, int plainRows, Exception failure)
    {
        var isTold = false;
        for (var index = 0; index < count; index++)
        {
            if ((count == 1 ? failure : TryPropose(drafter, index, 1, plainRows)) is { } ownFailure)
            {
                _asked[index]!.Drafting.Drop(ownFailure);
                isTold = true;
            }

            plainRows += _tasks[index].Tree.Count - 1;
        }

        if (!isTold)
        {
            // It cost nobody its drafter; somebody's figures tell of it.
            _asked[0]!.Drafting.Ledger.CountFault(failure);
        }
    }

    // What it threw, with nothing of its draft left in the trees; null where it did not.
    private Exception? TryPropose(IDrafter drafter, int first, int count, int plainRows)
    {
        var tasks = _tasks.AsSpan(first, count);
        try
        {
            drafter.Propose(tasks, plainRows);
            return null;
        }
#pragma warning disable CA1031 // A drafter is a guess: whatever it throws costs speed, not the answer.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            foreach (var task in tasks)
            {
                task.Tree.Truncate(1);
            }

            return failure;
        }
    }

    private void EnsureCapacity(int count)
    {
        if (_tasks.Length < count)
        {
            _tasks = new DraftTask[count];
            _asked = new Sequence?[count];
        }
    }
}
