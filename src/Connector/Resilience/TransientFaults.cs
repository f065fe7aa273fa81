using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Slerp.Engine;

namespace Slerp.Connector.Resilience;

/// <summary>The one predicate: what the strategy is blamed for, and what vanilla decoding can go on from.</summary>
/// <remarks>Never the caller's cancellation, never a request that vanilla decoding would refuse as well.</remarks>
internal static class TransientFaults
{
    // What this check of the engine's finds is what a fault would have told.
    private const string NonFiniteCheck = "non-finite";

    /// <summary>What counts against the strategy in its circuit.</summary>
    public static bool IsFault(in Outcome<DecodingOutcome> outcome) =>
        outcome.Exception is TimeoutRejectedException || outcome.Result is { IsCompleted: false };

    /// <summary>What closes the circuit of a strategy that probes.</summary>
    public static bool IsProof(in Outcome<DecodingOutcome> outcome) => outcome.Result is { IsCompleted: true, IsJudged: true };

    /// <summary>What vanilla decoding goes on from.</summary>
    public static bool FallsBack(in Outcome<DecodingOutcome> outcome) =>
        outcome.Exception is BrokenCircuitException || IsFault(outcome);

    /// <summary>The outcome as a reason, where the pipeline itself threw.</summary>
    public static DecodingOutcome Describe(in Outcome<DecodingOutcome> outcome, int acceptedTokens) => outcome switch
    {
        { Result: { } told } => told,
        { Exception: BrokenCircuitException open } => new DecodingOutcome { Reason = FallbackReason.CircuitOpen, Stage = FaultStage.Prefill, Failure = open },
        _ => new DecodingOutcome
        {
            Reason = FallbackReason.Timeout,
            Stage = acceptedTokens == 0 ? FaultStage.Prefill : FaultStage.Decode,
            AcceptedTokens = acceptedTokens,
            Failure = outcome.Exception,
        },
    };

    /// <summary>What a failed segment is blamed on; null where it passed. Verdicts on the whole answer are only reported.</summary>
    public static DecodingOutcome? Blame(Segment segment, int acceptedTokens)
    {
        var stage = acceptedTokens == 0 ? FaultStage.Prefill : FaultStage.Decode;
        if (segment.Fault is { } fault)
        {
            return new DecodingOutcome
            {
                Reason = fault.Failure is NumericalException ? FallbackReason.NonFinite : FallbackReason.Error,
                Stage = fault.Stage,
                AcceptedTokens = acceptedTokens,
                Failure = fault.Failure,
            };
        }

        return segment.Verdicts.FirstOrDefault(static verdict => verdict is { Scope: not QualityScope.Answer, Kind: not VerdictKind.Passed }) is { } verdict
            ? new DecodingOutcome { Reason = Reason(verdict), Stage = verdict.Scope == QualityScope.Prompt ? FaultStage.Prefill : FaultStage.Decode, AcceptedTokens = acceptedTokens, Check = verdict.Check }
            : null;
    }

    private static FallbackReason Reason(Verdict verdict) => verdict.Kind switch
    {
        VerdictKind.TimedOut => FallbackReason.Timeout,
        VerdictKind.Threw => FallbackReason.CheckError,
        _ when verdict.Check == NonFiniteCheck => FallbackReason.NonFinite,
        _ => FallbackReason.Quality,
    };
}
