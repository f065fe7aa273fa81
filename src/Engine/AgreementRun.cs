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

        await loop.WaitForReadingAsync(sequence, cancellationToken).ConfigureAwait(false);
        return new AnswerAgreement(reader.Tokens, reader.Agreeing, tokens.Length - 1, clock.PrefillTime);
    }
}
