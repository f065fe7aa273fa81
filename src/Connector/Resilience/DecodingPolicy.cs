using System.Runtime.CompilerServices;
using Slerp.Engine;

namespace Slerp.Connector.Resilience;

/// <summary>Drives a generation: which mode makes the next segment, and which segments become visible.</summary>
/// <remarks>
/// The one home of that decision. What can cost no quality is accepted as it comes. What can goes through one Polly execution per request,
/// Fallback(continue vanilla) → CircuitBreaker → accelerated, whose circuit is consulted once, before the prompt is read. Thread-safe.
/// </remarks>
internal sealed class DecodingPolicy(CircuitCatalog circuits, ShadowJudge shadows)
{
    /// <summary>The accepted segments, the last of which carries the finish.</summary>
    /// <param name="start">Starts a generation of a request.</param>
    /// <param name="request">The request.</param>
    /// <param name="record">Told what the answer took and whether it fell back, also where it is left early.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public IAsyncEnumerable<Segment> RunAsync(
        Func<GenerationRequest, CancellationToken, ValueTask<Generation>> start, GenerationRequest request, DecodingRecord record, CancellationToken cancellationToken) =>
        (record.Strategy = StrategyOf.Name(request)) is { } strategy
            ? GuardedAsync(strategy, start, shadows.Steer(request, strategy), record, cancellationToken)
            : StraightAsync(start, request, record, cancellationToken);

    private static async IAsyncEnumerable<Segment> StraightAsync(
        Func<GenerationRequest, CancellationToken, ValueTask<Generation>> start,
        GenerationRequest request,
        DecodingRecord record,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var generation = await start(request, cancellationToken).ConfigureAwait(false);
        await using (generation.ConfigureAwait(false))
        {
            try
            {
                Segment segment;
                do
                {
                    segment = await generation.NextAsync(GenerationMode.Vanilla, cancellationToken).ConfigureAwait(false);
                    generation.Accept();
                    record.Note(segment);
                    yield return segment;
                }
                while (segment.Finish is null);
            }
            finally
            {
                record.Stats = generation.Stats;
            }
        }
    }

    private async IAsyncEnumerable<Segment> GuardedAsync(
        string strategy,
        Func<GenerationRequest, CancellationToken, ValueTask<Generation>> start,
        GenerationRequest request,
        DecodingRecord record,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        record.Compared = shadows.Tally.Found;
        record.Cutoff = StrategyOf.Cutoff(request);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var run = new GuardedRun(start, request, leaving.Token);
        var execution = run.ExecuteAsync(circuits);
        try
        {
            while (await ReadableAsync(run, cancellationToken).ConfigureAwait(false))
            {
                while (run.Shown.TryRead(out var segment))
                {
                    // What was made before the caller left is not shown after it.
                    cancellationToken.ThrowIfCancellationRequested();
                    record.Note(segment);
                    record.Strategy = run.Strategy;
                    record.Stats = run.Stats;
                    record.Fallback = run.Fallback;
                    yield return segment;
                }
            }
        }
        finally
        {
            // A reader that leaves early ends the work; what it was told stays.
            await leaving.CancelAsync().ConfigureAwait(false);
            await execution.ConfigureAwait(false);
            record.Strategy = run.Strategy;
            record.Stats = run.Stats;
            record.Fallback = run.Fallback;
            shadows.Consider(run, strategy);
            await run.DisposeAsync().ConfigureAwait(false);
        }
    }

    // The caller is told of its own token, not of the one the work is ended by.
    private static async ValueTask<bool> ReadableAsync(GuardedRun run, CancellationToken cancellationToken)
    {
        try
        {
            return await run.Shown.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }
}
