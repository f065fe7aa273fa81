using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Slerp.Connector.Hosting;
using Slerp.Engine;

namespace Slerp.Connector.Telemetry;

/// <summary>The connector's instruments on the meter <see cref="SlerpTelemetry.MeterName"/>. Thread-safe.</summary>
internal sealed class SlerpInstruments : IDisposable
{
    private readonly Meter _meter;
    private readonly Meter? _own;
    private readonly Histogram<double> _requestDuration;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _timePerOutputToken;
    private readonly Counter<long> _inputTokens;
    private readonly Counter<long> _outputTokens;
    private readonly UpDownCounter<long> _activeRequests;
    private readonly Counter<long> _overflows;
    private readonly Counter<long> _cachedTokens;
    private readonly ConcurrentDictionary<IEngine, string> _engines = new();

    /// <param name="factory">The application's; null where it has none, then an own meter is made.</param>
    public SlerpInstruments(IMeterFactory? factory)
    {
        _meter = factory?.Create(SlerpTelemetry.MeterName) ?? (_own = new Meter(SlerpTelemetry.MeterName));
        _requestDuration = _meter.CreateHistogram<double>(SlerpTelemetry.RequestDuration, "s", "From the call to the last word.", tags: null, Buckets.RequestSeconds);
        _timeToFirstToken = _meter.CreateHistogram<double>(SlerpTelemetry.TimeToFirstToken, "s", "From submission to the first token.", tags: null, Buckets.FirstTokenSeconds);
        _timePerOutputToken = _meter.CreateHistogram<double>(SlerpTelemetry.TimePerOutputToken, "s", "Per token after the first.", tags: null, Buckets.TokenSeconds);
        _inputTokens = _meter.CreateCounter<long>(SlerpTelemetry.InputTokens, "{token}", "Tokens of prompts and of texts that were embedded, those found in the cache among them.");
        _outputTokens = _meter.CreateCounter<long>(SlerpTelemetry.OutputTokens, "{token}", "Tokens written.");
        _activeRequests = _meter.CreateUpDownCounter<long>(SlerpTelemetry.ActiveRequests, "{request}", "Requests being answered, waiting ones included.");
        _overflows = _meter.CreateCounter<long>(SlerpTelemetry.Overflows, "{request}", "Requests another client answered.");
        _cachedTokens = _meter.CreateCounter<long>(SlerpTelemetry.PrefixCacheHitTokens, "{token}", "Prompt tokens found in the cache.");
        _meter.CreateObservableGauge(SlerpTelemetry.QueuedRequests, () => Observe(static status => status.QueuedRequests), "{request}", "Requests that wait to be admitted.");
        _meter.CreateObservableGauge(SlerpTelemetry.KvCacheBytes, () => Observe(static status => status.KvCacheBytesHeld), "By", "KV cache held by running requests and kept for later turns.");
        Drafts = new DraftInstruments(_meter);
        Fallbacks = new FallbackInstruments(_meter);
        Circuits = new CircuitGauge(_meter);
        Shadows = new ShadowInstruments(_meter);
        ModelLoadDuration = _meter.CreateHistogram<double>(SlerpTelemetry.ModelLoadDuration, "s", "Loading a model.", tags: null, Buckets.LoadSeconds);
    }

    /// <summary>What speculation did.</summary>
    public DraftInstruments Drafts { get; }

    /// <summary>Seconds a model took to load.</summary>
    public Histogram<double> ModelLoadDuration { get; }

    /// <summary>Spans of requests: <see cref="SlerpTelemetry.GenerateSpan"/>, <see cref="SlerpTelemetry.EmbedSpan"/>.</summary>
    public ActivitySource Spans { get; } = new(SlerpTelemetry.MeterName);

    /// <summary>Has the gauges report an engine.</summary>
    public void Watch(IEngine engine) => _engines[engine] = engine.Model.Name;

    /// <summary>Ends <see cref="Watch"/>.</summary>
    public void Forget(IEngine engine) => _engines.TryRemove(engine, out _);

    /// <summary>Another client answers.</summary>
    public void Overflowed(string modelId, string reason)
    {
        var tags = Tags(SlerpTelemetry.ChatOperation, modelId);
        tags.Add(SlerpTelemetry.OverflowReasonTag, reason);
        _overflows.Add(1, tags);
    }

    /// <summary>A request begins.</summary>
    /// <param name="operation">What is asked: a value of <see cref="SlerpTelemetry.OperationTag"/>.</param>
    /// <param name="modelId">The model's id.</param>
    public void RequestStarted(string operation, string modelId) => _activeRequests.Add(1, Tags(operation, modelId));

    /// <summary>Tokens of a request were read.</summary>
    public void Read(string operation, string modelId, int tokens) => _inputTokens.Add(tokens, Tags(operation, modelId));

    /// <summary>A request ends, well or not.</summary>
    /// <param name="operation">What was asked.</param>
    /// <param name="modelId">The model's id.</param>
    /// <param name="elapsed">Since the call.</param>
    /// <param name="stats">What the answer took; null where none was begun.</param>
    /// <param name="end">How it ended.</param>
    public void RequestEnded(string operation, string modelId, TimeSpan elapsed, GenerationStats? stats, RequestEnd end)
    {
        _activeRequests.Add(-1, Tags(operation, modelId));
        var tags = Tags(operation, modelId);
        tags.Add(end.Tag ?? new(SlerpTelemetry.ResponseModelTag, modelId));
        _requestDuration.Record(elapsed.TotalSeconds, tags);
        if (stats is not { OutputTokens: > 0 })
        {
            return;
        }

        Read(operation, modelId, stats.PromptTokens);
        _cachedTokens.Add(stats.CachedPromptTokens, tags);
        _outputTokens.Add(stats.OutputTokens, tags);
        if (end.Failure is not null)
        {
            // The conventions have these two for successful responses alone.
            return;
        }

        _timeToFirstToken.Record((stats.QueueTime + stats.PrefillTime).TotalSeconds, tags);
        if (stats.OutputTokens > stats.FirstTokens)
        {
            _timePerOutputToken.Record(stats.DecodeTime.TotalSeconds / (stats.OutputTokens - stats.FirstTokens), tags);
        }
    }

    /// <summary>What judged answers are measured by.</summary>
    public FallbackInstruments Fallbacks { get; }

    /// <summary>How circuits stand.</summary>
    public CircuitGauge Circuits { get; }

    /// <summary>What comparisons with the unmerged model are measured by.</summary>
    public ShadowInstruments Shadows { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        Spans.Dispose();
        _own?.Dispose();
    }

    private IEnumerable<Measurement<long>> Observe(Func<EngineStatus, long> read) =>
        _engines.Select(entry => new Measurement<long>(read(entry.Key.Status), new KeyValuePair<string, object?>(SlerpTelemetry.RequestModelTag, entry.Value)));

    /// <summary>What every measurement and span of a request carries.</summary>
    public static TagList Tags(string operation, string modelId) => new()
    {
        { SlerpTelemetry.OperationTag, operation },
        { SlerpTelemetry.ProviderTag, SlerpTelemetry.ProviderName },
        { SlerpTelemetry.RequestModelTag, modelId },
    };
}
