using Slerp.Engine.Decoding;
using Slerp.Engine.Scheduling;

namespace Slerp.Engine;

/// <summary>What is done with the tokens of a whole answer.</summary>
internal delegate void AnswerEnded(ReadOnlySpan<int> tokens);

/// <summary>The reader's side of one sequence.</summary>
internal sealed class EngineGeneration(Sequence sequence, EngineLoop loop, AnswerText text) : Generation
{
    private readonly List<int> _tokens = [];

    /// <summary>Told the answer's tokens when it has ended; null where nobody asks.</summary>
    public AnswerEnded? Ended { get; init; }

    /// <inheritdoc />
    public override GenerationStats Stats => sequence.Stats;

    /// <inheritdoc />
    public override async ValueTask<Segment> NextAsync(GenerationMode mode, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((EngineGeneration)state!).Cancel(new OperationCanceledException(token)), this);
        while (true)
        {
            await sequence.Output.WaitAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            _tokens.Clear();
            sequence.Output.Take(_tokens, out var visibleBytes, out var finish, out var failure);
            if (failure is not null)
            {
                throw failure;
            }

            var visible = text.Advance(_tokens, visibleBytes);
            if (finish is not null)
            {
                Ended?.Invoke(sequence.Tokens[sequence.PromptTokens..]);
                return new Segment(visible + text.Flush(), _tokens.Count, finish);
            }

            if (visible.Length > 0)
            {
                return new Segment(visible, _tokens.Count, null);
            }
        }
    }

    /// <inheritdoc />
    public override void Accept()
    {
        // What vanilla decoding wrote is part of the answer as soon as it is taken.
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        Cancel(new ObjectDisposedException(nameof(Generation)));
        return ValueTask.CompletedTask;
    }

    private void Cancel(Exception reason)
    {
        sequence.Cancel();
        sequence.Output.Fail(reason);
        loop.Notice();
    }
}
