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
    private readonly CallScope _call;

    public RequestScope(string modelId, ChatClientServices services)
    {
        (_modelId, _logger, _instruments) = (modelId, services.Logger, services.Instruments);
        CreatedAt = services.Time.GetUtcNow();
        _call = new CallScope(SlerpTelemetry.ChatOperation, SlerpTelemetry.GenerateSpan, modelId, services);
        _logger.RequestStarted(ResponseId);
    }

    /// <summary>The response's id.</summary>
    public string ResponseId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>When the request came.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>What became of the answer, once it was begun.</summary>
    public DecodingRecord Decoding { get; } = new();

    /// <summary>The drafter that was asked for, once it is known.</summary>
    public string? Drafter { get; set; }

    /// <inheritdoc cref="CallScope.Enter"/>
    public void Enter() => _call.Enter();

    /// <inheritdoc cref="CallScope.Fail"/>
    public void Fail(Exception thrown, CancellationToken cancellationToken) => _call.Fail(thrown, cancellationToken);

    /// <summary>The whole answer was handed over.</summary>
    public void Answered() => _call.Succeed();

    /// <inheritdoc />
    public void Dispose()
    {
        var elapsed = _call.Elapsed;
        var milliseconds = elapsed.TotalMilliseconds;
        if (_call.End.Failure is { } failure)
        {
            _logger.RequestFailed(ResponseId, milliseconds, failure);
        }
        else if (!_call.End.HasLeft && Decoding.Stats is { } stats)
        {
            _logger.RequestAnswered(ResponseId, stats.PromptTokens, stats.CachedPromptTokens, stats.OutputTokens, stats.Steps, milliseconds);
        }
        else
        {
            _logger.RequestLeft(ResponseId, milliseconds);
        }

        TellSpan();
        _call.EndSpan();
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
        _call.Measure(elapsed, Decoding.Stats);
        _instruments.Drafts.Record(_modelId, Drafter, Decoding.Stats);
    }

    private void TellSpan()
    {
        if (_call.Span is not { } span)
        {
            return;
        }

        span.SetTag("gen_ai.response.id", ResponseId);
        if (Decoding.Stats is { } stats)
        {
            span.SetTag("gen_ai.usage.input_tokens", stats.PromptTokens);
            span.SetTag("gen_ai.usage.cache_read.input_tokens", stats.CachedPromptTokens);
            span.SetTag("gen_ai.usage.output_tokens", stats.OutputTokens);
            span.AddEvent(new ActivityEvent(SlerpTelemetry.PrefillEndEvent, CreatedAt + stats.QueueTime + stats.PrefillTime));
        }

        if (Decoding.Fallback is { } fallback)
        {
            span.AddEvent(new ActivityEvent(SlerpTelemetry.FallbackEvent, tags: new ActivityTagsCollection
            {
                [SlerpTelemetry.FallbackReasonTag] = SlerpNames.Of(fallback.Reason!.Value),
                [SlerpTelemetry.FallbackStageTag] = SlerpNames.Of(fallback.Stage),
            }));
        }
    }
}
