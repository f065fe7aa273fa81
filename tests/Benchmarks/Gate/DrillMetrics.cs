using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Slerp.Connector.Telemetry;

namespace Slerp.Benchmarks.Gate;

/// <summary>What the meter tells of fallbacks and circuits of one model. Thread-safe.</summary>
internal sealed class DrillMetrics : IDisposable
{
    private readonly MeterListener _listener;
    private readonly ConcurrentQueue<(string? Reason, string? Stage)> _fallbacks = new();
    private volatile int _circuit = -1;

    /// <summary>Starts to listen.</summary>
    public DrillMetrics()
    {
        _listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == SlerpTelemetry.MeterName && instrument.Name is SlerpTelemetry.Fallbacks or SlerpTelemetry.CircuitState)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (IsOurs(tags))
            {
                _fallbacks.Enqueue((Tag(tags, SlerpTelemetry.FallbackReasonTag), Tag(tags, SlerpTelemetry.FallbackStageTag)));
            }
        });
        _listener.SetMeasurementEventCallback<int>((_, value, tags, _) => _circuit = IsOurs(tags) ? value : _circuit);
        _listener.Start();
    }

    /// <summary>The model's id to register.</summary>
    public string ModelId { get; } = $"drill-{Guid.NewGuid():N}";

    /// <summary>The state of its circuit: 0 closed, 1 half-open, 2 open; -1 before there is one.</summary>
    public int Circuit()
    {
        _listener.RecordObservableInstruments();
        return _circuit;
    }

    /// <summary>Takes what was told since the last call.</summary>
    public IReadOnlyList<(string? Reason, string? Stage)> TakeFallbacks()
    {
        var told = new List<(string? Reason, string? Stage)>();
        while (_fallbacks.TryDequeue(out var fallback))
        {
            told.Add(fallback);
        }

        return told;
    }

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose();

    private bool IsOurs(ReadOnlySpan<KeyValuePair<string, object?>> tags) => Tag(tags, SlerpTelemetry.RequestModelTag) == ModelId;

    private static string? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
            {
                return tag.Value as string;
            }
        }

        return null;
    }
}
