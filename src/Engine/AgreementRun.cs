using Slerp.Engine.Decoding;
using Slerp.Engine.Scheduling;

namespace Slerp.Engine;

/// <summary>Reads a finished answer again, unmerged, where the engine has nothing else to do.</summary>
internal static class AgreementRun
{
    /// <summary>Compares; null where too many answers wait to be compared already.</summary>
    /// <param name="answered">The answer; it has ended.</param>
    /// <param name="loop">The engine's loop.</param>
    /// <param name="services">The model's text side, and the clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    public static async ValueTask<AnswerAgreement?> RunAsync(
        Sequence answered, EngineLoop loop, GenerationServices services, CancellationToken cancellationToken)
    {
        var tokens = answered.Tokens.ToArray();
        var reader = new AgreementReader(tokens, answered.PromptTokens, answered.Sampling, answered.Penalties);
        var clock = new SequenceClock(services.Time);

        // Nothing follows the last token: its row is not needed.
        var sequence = new Sequence(tokens.AsSpan(0, tokens.Length - 1), reader, new StopRules(services.Tokenizer, new HashSet<int>(), maxTokens: 1, []), clock) { Urgency = Urgency.Idle };
        if (!loop.TrySubmitIdle(sequence))
        {
            return null;
        }

        using var registration = cancellationToken.UnsafeRegister((_, token) => Cancel(sequence, loop, new OperationCanceledException(token)), null);
        await sequence.Output.WaitAsync().ConfigureAwait(false);
        sequence.Output.Take([], out _, out _, out var failure);
        return failure is null
            ? new AnswerAgreement(reader.Tokens, reader.Agreeing, tokens.Length - 1, clock.PrefillTime)
            : throw failure;
    }

    private static void Cancel(Sequence sequence, EngineLoop loop, Exception reason)
    {
        sequence.Cancel();
        sequence.Output.Fail(reason);
        loop.Notice();
    }
}
