using Slerp.Engine.Decoding;

namespace Slerp.Engine.Scheduling;

/// <summary>One step after the other: who takes part and with how many tokens, whether there is room for it, and what becomes of it where it fails.</summary>
/// <remarks>Engine thread only.</remarks>
/// <param name="step">The step.</param>
/// <param name="rows">What makes room for it.</param>
/// <param name="limits">How much there is of it.</param>
internal sealed class StepRound(DecodeStep step, RowKeeper rows, EngineLoopLimits limits)
{
    private readonly int[] _pending = new int[limits.MaxRunning];
    private readonly StepShare[] _shares = new StepShare[limits.MaxRunning];
    private readonly Sequence[] _sequences = new Sequence[limits.MaxRunning];
    private int _count;

    /// <summary>Begins the trees of those who take part next; false where everyone who runs waits for a judgement.</summary>
    /// <param name="running">Who runs, oldest first.</param>
    public bool TryBegin(List<Sequence> running)
    {
        for (var index = 0; index < running.Count; index++)
        {
            _pending[index] = running[index].TakeTurn();
        }

        _count = DecodeFirstPolicy.Plan(_pending.AsSpan(0, running.Count), limits.PromptTokensPerStep, _shares);
        for (var index = 0; index < _count; index++)
        {
            var share = _shares[index];
            _sequences[index] = running[share.Index];
            DecodeStep.Begin(_sequences[index], share.Tokens);
        }

        return _count > 0;
    }

    /// <summary>Drafts for those who take part and runs the step with those who have room; false where nobody has, and nobody ended.</summary>
    public bool TryRun()
    {
        var planned = _sequences.AsSpan(0, _count);
        step.Propose(planned);
        var ready = planned[..Reserve(planned, out var anyEnded)];
        if (!ready.IsEmpty)
        {
            Run(ready);
        }

        planned.Clear();
        return anyEnded || ready.Length > 0;
    }

    // Keeps those who have room at the front. Making room may copy rows on the device: where that fails, it fails one sequence.
    private int Reserve(Span<Sequence> planned, out bool anyEnded)
    {
        var count = 0;
        anyEnded = false;
        foreach (var sequence in planned)
        {
            try
            {
                rows.MakeRoom(sequence);
                if (step.TryReserve(sequence))
                {
                    planned[count++] = sequence;
                }
            }
#pragma warning disable CA1031 // Whatever it is, it ends this sequence, never the engine.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                anyEnded = true;
                sequence.Fail(failure as EngineException
                    ?? new StepException($"Making room for a request failed: {failure.Message} The request ends; others go on.", failure));
            }
        }

        return count;
    }

    private void Run(ReadOnlySpan<Sequence> sequences)
    {
        try
        {
            step.Run(sequences);
        }
#pragma warning disable CA1031 // Whatever a step throws ends the requests of that step, never the engine.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            var told = failure as EngineException
                ?? new StepException($"A step of the engine failed: {failure.Message} The requests of this step end; others go on.", failure);
            foreach (var sequence in sequences)
            {
                sequence.Fail(told);
            }
        }
    }
}
