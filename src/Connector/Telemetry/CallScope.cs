using System.Diagnostics;
using Slerp.Engine;

namespace Slerp.Connector.Telemetry;

/// <summary>What is measured of every call, of either kind: how long it takes, that it runs, how it ends, and its span. One caller at a time.</summary>
internal sealed class CallScope
{
    private readonly string _operation;
    private readonly string _modelId;
    private readonly SlerpInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly long _started;

    /// <summary>The call begins.</summary>
    /// <param name="operation">What is asked: a value of <see cref="SlerpTelemetry.OperationTag"/>.</param>
    /// <param name="spanName">The name of its span.</param>
    /// <param name="modelId">The model's id.</param>
    /// <param name="services">What it reports to.</param>
    public CallScope(string operation, string spanName, string modelId, ChatClientServices services)
    {
        (_operation, _modelId, _instruments, _time) = (operation, modelId, services.Instruments, services.Time);
        _started = _time.GetTimestamp();
        // What samplers may decide by is there from the start.
        Span = _instruments.Spans.HasListeners()
            ? _instruments.Spans.StartActivity(spanName, ActivityKind.Internal, default(ActivityContext), SlerpInstruments.Tags(operation, modelId))
            : null;
        _instruments.RequestStarted(operation, modelId);
    }

    /// <summary>Its span; null where nobody listens.</summary>
    public Activity? Span { get; }

    /// <summary>How it ended: left, until something else is told, since who stops reading tells nothing.</summary>
    public RequestEnd End { get; private set; } = new(Failure: null, HasLeft: true);

    /// <summary>Since the call.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_started);

    /// <summary>It failed, or its caller cancelled it.</summary>
    /// <param name="thrown">What was thrown.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public void Fail(Exception thrown, CancellationToken cancellationToken) => End = RequestEnd.Of(thrown, cancellationToken);

    /// <summary>All of it was handed over.</summary>
    public void Succeed() => End = default;

    /// <summary>Makes its span the current one of whoever calls: a stream's every step runs in the context of its reader, which knows of none.</summary>
    public void Enter()
    {
        if (Span is not null)
        {
            Activity.Current = Span;
        }
    }

    /// <summary>The span ends: after everything that is told in it.</summary>
    public void EndSpan()
    {
        if (Span is null)
        {
            return;
        }

        var (key, value) = End.Tag ?? new(SlerpTelemetry.ResponseModelTag, _modelId);
        Span.SetTag(key, value);
        if (End.Failure is not null)
        {
            Span.SetStatus(ActivityStatusCode.Error);
        }

        Span.Dispose();
    }

    /// <summary>The call is over.</summary>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="stats">What the answer took; null where none was begun.</param>
    public void Measure(TimeSpan elapsed, GenerationStats? stats) => _instruments.RequestEnded(_operation, _modelId, elapsed, stats, End);
}
