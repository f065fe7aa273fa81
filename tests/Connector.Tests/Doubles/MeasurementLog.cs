using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Slerp.Connector.Telemetry;

namespace Slerp.Connector.Tests.Doubles;

/// <summary>Keeps what instruments measure while it lives. Thread-safe.</summary>
internal sealed class MeasurementLog : IDisposable
{
    private readonly MeterListener _listener;
    private readonly ConcurrentQueue<Measured> _measured = new();
    private readonly ConcurrentQueue<Instrument> _instruments = new();

    /// <param name="listens">To which meters; null: to all of the connector's name, those of other tests too.</param>
    public MeasurementLog(Func<Meter, bool>? listens = null)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (listens?.Invoke(instrument.Meter) ?? instrument.Meter.Name == SlerpTelemetry.MeterName)
                {
                    _instruments.Enqueue(instrument);
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The instruments.</summary>
    public IReadOnlyCollection<Instrument> Instruments => _instruments;

    /// <summary>Everything measured.</summary>
    public IReadOnlyCollection<Measured> All => _measured;

    /// <summary>What was measured of a model, by instrument.</summary>
    public ILookup<string, Measured> Of(string model) =>
        _measured.Where(measured => (string?)measured.Tags.GetValueOrDefault(SlerpTelemetry.RequestModelTag) == model).ToLookup(static measured => measured.Instrument.Name);

    /// <summary>Has gauges speak.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var kept = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            kept.Add(tag.Key, tag.Value);
        }

        _measured.Enqueue(new Measured(instrument, value, kept));
    }

    /// <summary>One measurement.</summary>
    internal sealed record Measured(Instrument Instrument, double Value, IReadOnlyDictionary<string, object?> Tags);
}
