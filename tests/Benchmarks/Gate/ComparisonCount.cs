using System.Diagnostics.Metrics;
using Slerp.Connector.Telemetry;

namespace Slerp.Benchmarks.Gate;

/// <summary>Counts comparisons with the unmerged model as the meter tells them. Thread-safe.</summary>
internal sealed class ComparisonCount : IDisposable
{
    // Longer than any comparison: one that the engine left out is not waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly MeterListener _listener;
    private readonly Lock _lock = new();
    private double _agreement;
    private double _seconds;
    private int _count;

    /// <summary>Starts to listen.</summary>
    public ComparisonCount()
    {
        _listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name is SlerpTelemetry.ShadowAgreement or SlerpTelemetry.ShadowDuration)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Note(instrument.Name, value));
        _listener.Start();
    }

    /// <summary>Comparisons so far.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>The mean share that agreed.</summary>
    public double Mean => _agreement / Count;

    /// <summary>What one took.</summary>
    public double SecondsEach => _seconds / Count;

    /// <summary>Waits until there are more than before.</summary>
    public async Task WaitAsync(int before, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        while (Count <= before && !patience.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose();

    private void Note(string instrument, double value)
    {
        lock (_lock)
        {
            if (instrument == SlerpTelemetry.ShadowDuration)
            {
                _seconds += value;
                _count++;
            }
            else
            {
                _agreement += value;
            }
        }
    }
}
