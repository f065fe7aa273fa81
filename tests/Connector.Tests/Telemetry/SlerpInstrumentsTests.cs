using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Telemetry;

/// <summary>What is measured, told apart from other tests by the model's id.</summary>
public sealed class SlerpInstrumentsTests
{
    [Fact]
    public async Task AnsweredRequest_IsMeasured()
    {
        var measured = await MeasureAsync(new FakeEngine());
        Assert.Equal(0, measured[SlerpTelemetry.ActiveRequests].Sum(item => item.Value));
        Assert.Equal(2, measured[SlerpTelemetry.ActiveRequests].Count);
        Assert.Equal(2, Assert.Single(measured[SlerpTelemetry.OutputTokens]).Value);
        Assert.Equal(0.021, Assert.Single(measured[SlerpTelemetry.TimeToFirstToken]).Value, 6);
        Assert.Equal(0.5, Assert.Single(measured[SlerpTelemetry.TimePerOutputToken]).Value, 6);
        Assert.Null(Assert.Single(measured[SlerpTelemetry.RequestDuration]).Error);
    }

    [Fact]
    public async Task FailedRequest_NamesItsFailure()
    {
        var measured = await MeasureAsync(new FakeEngine { Refusal = _ => new CapacityException("full") });
        Assert.Equal(typeof(CapacityException).FullName, Assert.Single(measured[SlerpTelemetry.RequestDuration]).Error);
        Assert.Equal(0, measured[SlerpTelemetry.ActiveRequests].Sum(item => item.Value));
        Assert.False(measured.ContainsKey(SlerpTelemetry.OutputTokens));
    }

    private static async Task<ConcurrentDictionary<string, List<(double Value, string? Error)>>> MeasureAsync(FakeEngine engine)
    {
        var modelId = Guid.NewGuid().ToString();
        var measured = new ConcurrentDictionary<string, List<(double, string?)>>();
        void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string? model = null, error = null;
            foreach (var tag in tags)
            {
                model = tag.Key == SlerpTelemetry.RequestModelTag ? (string?)tag.Value : model;
                error = tag.Key == SlerpTelemetry.ErrorTag ? (string?)tag.Value : error;
            }

            if (model == modelId)
            {
                measured.GetOrAdd(instrument.Name, _ => []).Add((value, error));
            }
        }

        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == SlerpTelemetry.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
        using var under = new ClientUnderTest(engine, options => options.ModelId = modelId);
        try
        {
            await under.AskAsync(true);
        }
        catch (CapacityException)
        {
            Assert.NotNull(engine.Refusal(null!));
        }

        return measured;
    }
}
