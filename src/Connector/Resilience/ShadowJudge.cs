using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.Resilience;

/// <summary>Has a share of the merged answers compared with the unmerged model once they are over: for the circuit and the cutoff, never for the stream.</summary>
/// <remarks>The engine does it while it is idle, and the reader of the answer is gone by then. Thread-safe.</remarks>
/// <param name="options">What is asked for.</param>
/// <param name="modelId">The model's id.</param>
/// <param name="circuits">The circuits it tells.</param>
/// <param name="instruments">Where it measures.</param>
/// <param name="logger">Where it logs.</param>
/// <param name="layers">Layers of the model, which is loaded when the first request is steered.</param>
internal sealed class ShadowJudge(
    SlerpQualityOptions options, string modelId, CircuitCatalog circuits, SlerpInstruments instruments, ILogger logger, Func<int> layers)
{
    // Heuristic, where no budget is set: published top-1 agreement at the earliest cutoffs; an answer below it is another answer.
    private const double LeastShare = 0.7;

    // A circuit counts every answer, of which only some are compared: what a sample finds is told until the circuit has heard it, within reason.
    private const int MostTold = 256;

    private readonly ConcurrentDictionary<string, CutoffSteering> _steering = new(StringComparer.Ordinal);
    private long _answers;

    /// <summary>What was found so far.</summary>
    public AgreementTally Tally { get; } = new();

    /// <summary>The request, with its cutoff raised where the budget asks for it.</summary>
    public GenerationRequest Steer(GenerationRequest request, string strategy) =>
        Steering(strategy) is { } steering ? request with { Merging = steering.Apply(request.Merging) } : request;

    /// <summary>Begins to compare an answer that has ended, where its turn has come. Returns at once.</summary>
    public void Consider(GuardedRun run, string strategy)
    {
        if (run is { HasEnded: true, Fallback: null } && IsTurn())
        {
            _ = CompareAsync(run.CompareUnmergedAsync(), strategy, run.Cutoff);
        }
    }

    private CutoffSteering? Steering(string strategy) =>
        options.AgreementBudget is { } budget ? _steering.GetOrAdd(strategy, (_, budget) => new CutoffSteering(budget, layers()), budget) : null;

    // Every n-th answer, for a share of 1/n: no chance in it.
    private bool IsTurn()
    {
        var share = options.ShadowShare;
        if (share <= 0)
        {
            return false;
        }

        var number = Interlocked.Increment(ref _answers);
        return Math.Floor(number * share) > Math.Floor((number - 1) * share);
    }

    private async Task CompareAsync(ValueTask<AnswerAgreement?> comparison, string strategy, double? merged)
    {
        try
        {
            if (await comparison.ConfigureAwait(false) is not { } agreement)
            {
                return;
            }

            Tally.Add(agreement);
            instruments.Shadows.Record(modelId, strategy, agreement);
            logger.Compared(strategy, agreement.Share, agreement.Tokens, agreement.RowsRead, agreement.Time.TotalMilliseconds);
            if (merged is { } at && Steering(strategy)?.Note(agreement, at) is { } cutoff)
            {
                logger.Steered(strategy, cutoff, options.AgreementBudget!.Value);
            }

            // A cutoff that can still move answers for itself.
            var canMove = merged is { } own && Steering(strategy) is { } steering && !steering.IsAtItsEnd(own);
            if (!canMove && Tally.MostDisagree(strategy, agreement.Share < (options.AgreementBudget ?? LeastShare)))
            {
                await TellAsync(circuits.For(strategy), agreement).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // Nobody waits for it: whatever failed is told, and no answer changes.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.NotCompared(strategy, failure);
        }
    }

    // Outcomes for the circuit, with no request in them: the fallback of a pipeline has nothing to go on with.
    private static async Task TellAsync(ResiliencePipeline<DecodingOutcome> pipeline, AnswerAgreement agreement)
    {
        var told = new DecodingOutcome { Reason = FallbackReason.Disagreement, Stage = FaultStage.Decode, AcceptedTokens = agreement.Tokens };
        var context = ResilienceContextPool.Shared.Get();
        try
        {
            Outcome<DecodingOutcome> heard;
            var count = 0;
            do
            {
                heard = await pipeline.ExecuteOutcomeAsync(
                    static (_, told) => new ValueTask<Outcome<DecodingOutcome>>(Outcome.FromResult(told)), context, told).ConfigureAwait(false);
            }
            while (heard.Exception is not BrokenCircuitException && ++count < MostTold);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }
}
