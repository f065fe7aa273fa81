using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Slerp.Connector.Resilience;

namespace Slerp.Connector.Telemetry;

/// <summary>Measures and logs one request, from the call to the last word. One caller at a time.</summary>
internal sealed class RequestScope : IDisposable
{
    private readonly string _modelId;
    private readonly ILogger _logger;
    private readonly SlerpInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Activity? _span;

    // Who stops reading tells nothing.
    private RequestEnd _end = new(Failure: null, HasLeft: true);

    public RequestScope(string modelId, ILogger logger, SlerpInstruments instruments, TimeProvider time)
    {
        (_modelId, _logger, _instruments, _time) = (modelId, logger, instruments, time);
        _started = time.GetTimestamp();
        CreatedAt = time.GetUtcNow();
        _span = instruments.Spans.StartActivity(SlerpTelemetry.GenerateSpan);
        logger.RequestStarted(ResponseId);
        instruments.RequestStarted(SlerpTelemetry.ChatOperation, modelId);
    }

    /// <summary>The response's id.</summary>
    public string ResponseId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>When the request came.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>What became of the answer, once it was begun.</summary>
    public DecodingRecord Decoding { get; } = new();

    /// <summary>The drafter that was asked for, once it is known.</summary>
    public string? Drafter { get; set; }

    /// <summary>The request failed, or its caller cancelled it.</summary>
    /// <param name="thrown">What was thrown.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public void Fail(Exception thrown, CancellationToken cancellationToken) => _end = RequestEnd.Of(thrown, cancellationToken);

    /// <summary>The whole answer was handed over.</summary>
    public void Answered() => _end = default;

    /// <inheritdoc />
    public void Dispose()
    {
        var elapsed = _time.GetElapsedTime(_started);
        var milliseconds = elapsed.TotalMilliseconds;
        if (_end.Failure is { } failure)
        {
            _logger.RequestFailed(ResponseId, milliseconds, failure);
        }
        else if (!_end.HasLeft && Decoding.Stats is { } stats)
        {
            _logger.RequestAnswered(ResponseId, stats.PromptTokens, stats.CachedPromptTokens, stats.OutputTokens, stats.Steps, milliseconds);
        }
        else
        {
            _logger.RequestLeft(ResponseId, milliseconds);
        }

        EndSpan();
        if (Decoding.Fallback is { Reason: FallbackReason.CircuitOpen })
        {
            // While it is open, this is how answers are made: those that opened it were told louder.
            _logger.CircuitWasOpen(ResponseId);
        }
        else if (Decoding.Fallback is { } fallback)
        {
            _logger.FellBack(
                ResponseId, fallback.AcceptedTokens, SlerpNames.Of(fallback.Reason!.Value), SlerpNames.Of(fallback.Stage), fallback.Check ?? "none", fallback.Failure);
        }

        if (Decoding.Stats?.Drafts is { FirstFault: { } cause } drafts)
        {
            _logger.DrafterFailed(ResponseId, Drafter, drafts.Faults, cause);
        }

        _instruments.Fallbacks.Record(_modelId, Decoding);
        _instruments.RequestEnded(SlerpTelemetry.ChatOperation, _modelId, elapsed, Decoding.Stats, _end);
        _instruments.Drafts.Record(_modelId, Drafter, Decoding.Stats);
    }

    private void EndSpan()
    {
        if (_span is null)
        {
            return;
        }

        _span.SetTag(SlerpTelemetry.OperationTag, SlerpTelemetry.ChatOperation);
        _span.SetTag(SlerpTelemetry.ProviderTag, SlerpTelemetry.ProviderName);
        _span.SetTag(SlerpTelemetry.RequestModelTag, _modelId);
        _span.SetTag("gen_ai.response.id", ResponseId);
        if (Decoding.Stats is { } stats)
        {
            _span.SetTag("gen_ai.usage.input_tokens", stats.PromptTokens);
            _span.SetTag("gen_ai.usage.cache_read.input_tokens", stats.CachedPromptTokens);
            _span.SetTag("gen_ai.usage.output_tokens", stats.OutputTokens);
            _span.AddEvent(new ActivityEvent(SlerpTelemetry.PrefillEndEvent, CreatedAt + stats.QueueTime + stats.PrefillTime));
        }

        if (Decoding.Fallback is { } fallback)
        {
            _span.AddEvent(new ActivityEvent(SlerpTelemetry.FallbackEvent, tags: new ActivityTagsCollection
            {
                [SlerpTelemetry.FallbackReasonTag] = SlerpNames.Of(fallback.Reason!.Value),
                [SlerpTelemetry.FallbackStageTag] = SlerpNames.Of(fallback.Stage),
            }));
        }

        var (key, value) = _end.Tag ?? new(SlerpTelemetry.ResponseModelTag, _modelId);
        _span.SetTag(key, value);
        if (_end.Failure is not null)
        {
            _span.SetStatus(ActivityStatusCode.Error);
        }

        _span.Dispose();
    }
}
