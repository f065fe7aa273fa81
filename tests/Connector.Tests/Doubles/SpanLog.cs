using System.Collections.Concurrent;
using System.Diagnostics;
using Slerp.Connector.Telemetry;

namespace Slerp.Connector.Tests.Doubles;

/// <summary>Keeps the connector's spans that end while it lives, those of other tests too. Thread-safe.</summary>
internal sealed class SpanLog : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    public SpanLog()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SlerpTelemetry.MeterName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Everything kept.</summary>
    public IReadOnlyCollection<Activity> All => _spans;

    /// <summary>The one span of a model.</summary>
    public Activity Of(string model) => Assert.Single(_spans, span => (string?)span.GetTagItem(SlerpTelemetry.RequestModelTag) == model);

    public void Dispose() => _listener.Dispose();
}
