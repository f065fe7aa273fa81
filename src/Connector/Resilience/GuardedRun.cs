using System.Threading.Channels;
using Polly;
using Polly.Timeout;
using Slerp.Engine;

namespace Slerp.Connector.Resilience;

/// <summary>One judged request as it goes through its pipeline: accelerated while that holds, then vanilla, into one stream.</summary>
/// <remarks>The pipeline calls one after the other, never at once; the stream has one reader.</remarks>
/// <param name="start">Starts a generation of a request.</param>
/// <param name="request">The request.</param>
/// <param name="cancellationToken">The caller's: it ends the request and is nobody's fault.</param>
internal sealed class GuardedRun(
    Func<GenerationRequest, CancellationToken, ValueTask<Generation>> start, GenerationRequest request, CancellationToken cancellationToken) : IAsyncDisposable
{
    /// <summary>Where a pipeline's callbacks find it.</summary>
    public static readonly ResiliencePropertyKey<GuardedRun> Key = new("slerp.run");

    private readonly Channel<Segment> _shown = Channel.CreateUnbounded<Segment>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private Generation? _generation;
    private DecodingOutcome? _blame;
    private bool _isAccelerated;
    private bool _isVanilla;
    private int _acceptedTokens;
    private IReadOnlyList<Verdict> _ofPrompt = [];

    /// <summary>What may be shown, in order; ends with the answer or its failure.</summary>
    public ChannelReader<Segment> Shown => _shown.Reader;

    /// <summary>What the answer took so far; null where nothing was begun.</summary>
    public GenerationStats? Stats => _generation?.Stats;

    /// <summary>The share of the layers it merges after; null where it does not, or a layer is named.</summary>
    public double? Cutoff => StrategyOf.Cutoff(request);

    /// <summary>Why it went on vanilla; null where it did not.</summary>
    public DecodingOutcome? Fallback { get; private set; }

    /// <summary>Whether the last segment was accepted.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Tokens accepted so far.</summary>
    public int AcceptedTokens => _acceptedTokens;

    /// <summary>The strategy it was judged for; null where it was not.</summary>
    public string? Strategy { get; private set; } = StrategyOf.Name(request);

    /// <summary>Goes through its strategy's pipeline; the stream ends with it.</summary>
    /// <remarks>
    /// Where the circuit is closed it is begun first: a circuit hears neither of what is refused nor of what merges nothing.
    /// Otherwise nothing lossy is asked of the engine before the circuit lets it.
    /// </remarks>
    public async Task ExecuteAsync(CircuitCatalog circuits)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            context.Properties.Set(Key, this);
            var pipeline = circuits.For(Strategy!);
            if (circuits.IsClosed(Strategy!))
            {
                await BeginAsync().ConfigureAwait(false);
                pipeline = Strategy is null ? ResiliencePipeline<DecodingOutcome>.Empty : circuits.For(Strategy);
            }

            var outcome = await pipeline.ExecuteAsync(
                static context => context.Properties.GetValue(Key, null!).AccelerateAsync(context.CancellationToken), context).ConfigureAwait(false);
            _shown.Writer.Complete(outcome.IsCompleted ? null : new InvalidOperationException(
                $"The resilience pipeline ended an answer after {_acceptedTokens} tokens ({outcome.Reason}) without completing it. Put {nameof(SlerpResilience.AddVanillaFallback)} first in a pipeline of your own."));
        }
#pragma warning disable CA1031 // The reader gets it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _shown.Writer.Complete(failure);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Goes on vanilla after what was accepted, or begins so.</summary>
    public async ValueTask<Outcome<DecodingOutcome>> ContinueVanillaAsync(Outcome<DecodingOutcome> outcome)
    {
        Fallback = TransientFaults.Describe(outcome, _acceptedTokens);
        if (_generation is { } begun && Strategy is not null && !_isVanilla)
        {
            await begun.RejectAsync(cancellationToken).ConfigureAwait(false);
        }

        _isVanilla = true;
        var generation = _generation ??= await start(StrategyOf.WithoutLoss(request), cancellationToken).ConfigureAwait(false);
        Segment segment;
        do
        {
            segment = await generation.NextAsync(GenerationMode.Vanilla, cancellationToken).ConfigureAwait(false);
            Show(generation, segment);
        }
        while (segment.Finish is null);

        return Outcome.FromResult(DecodingOutcome.Completed);
    }

    /// <summary>Compares the answer, which has ended, with what the unmerged model would have written. What was begun goes on after the run is disposed.</summary>
    public ValueTask<AnswerAgreement?> CompareUnmergedAsync() =>
        _generation?.CompareUnmergedAsync(CancellationToken.None) ?? new ValueTask<AnswerAgreement?>((AnswerAgreement?)null);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _generation?.DisposeAsync() ?? ValueTask.CompletedTask;

    // A time limit of the pipeline ends it between two segments, so that what follows finds it in order; the caller's token ends it at once.
    private async ValueTask<DecodingOutcome> AccelerateAsync(CancellationToken attempt)
    {
        if (_isAccelerated)
        {
            // A retry: what was shown stays shown, so the answer goes on where it stands, and only vanilla.
            await ContinueVanillaAsync(_blame is { } blamed
                ? Outcome.FromResult(blamed)
                : Outcome.FromException<DecodingOutcome>(new TimeoutRejectedException())).ConfigureAwait(false);
            return DecodingOutcome.Completed with { IsJudged = false };
        }

        var generation = _generation ?? await BeginAsync().ConfigureAwait(false);
        _isAccelerated = true;
        while (true)
        {
            attempt.ThrowIfCancellationRequested();
            var segment = await generation.NextAsync(GenerationMode.Accelerated, cancellationToken).ConfigureAwait(false);
            if (TransientFaults.Blame(segment, _acceptedTokens) is { } blame)
            {
                return _blame = blame;
            }

            Show(generation, segment);
            if (segment.Finish is not null)
            {
                return DecodingOutcome.Completed with { IsJudged = IsProof(generation) };
            }
        }
    }

    // What merges nothing is not judged, or judged as what it is.
    private async ValueTask<Generation> BeginAsync()
    {
        _generation = await start(request, cancellationToken).ConfigureAwait(false);
        if (!_generation.Merges && StrategyOf.IsLossy(request))
        {
            Strategy = request.Gate.OnlyWhereMerged ? null : StrategyOf.Lossless;
        }

        return _generation;
    }

    private bool IsProof(Generation generation) => Strategy is not null && (generation.Merges || !StrategyOf.IsLossy(request));

    private void Show(Generation generation, Segment segment)
    {
        generation.Accept();
        _acceptedTokens += segment.Tokens;
        HasEnded = segment.Finish is not null;
        if (segment is { Tokens: 0, Text.Length: 0, Finish: null })
        {
            // It only said that the prompt passed, which is told with the first words.
            _ofPrompt = segment.Verdicts;
            return;
        }

        segment = _ofPrompt.Count == 0 ? segment : segment with { Verdicts = [.. _ofPrompt, .. segment.Verdicts] };
        _ofPrompt = [];
        _shown.Writer.TryWrite(segment);
    }
}
