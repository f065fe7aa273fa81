using System.Diagnostics.Metrics;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Telemetry;

public sealed class DraftInstrumentsTests
{
    private static readonly GenerationStats Stats = new()
    {
        OutputTokens = 21,
        Steps = 8,
        DecodedTokens = 20,
        Drafts = new DraftStats(
            Rounds: 6,
            Proposed: 30,
            Accepted: 12,
            Faults: 1,
            new Dictionary<string, DraftSourceStats> { ["recycling"] = new(20, 5), ["lookup"] = new(10, 7) }),
    };

    [Fact]
    public void Answer_IsMeasuredByDrafterAndSource()
    {
        var measured = Measure("auto", Stats);
        Assert.Equal([(6, "auto", null)], measured[SlerpTelemetry.DraftRounds]);
        Assert.Equal([(1, "auto", null)], measured[SlerpTelemetry.DraftFaults]);
        Assert.Equal([(20, "auto", "recycling"), (10, "auto", "lookup")], measured[SlerpTelemetry.DraftProposedTokens]);
        Assert.Equal([(5, "auto", "recycling"), (7, "auto", "lookup")], measured[SlerpTelemetry.DraftAcceptedTokens]);
        Assert.Equal([(2.5, "auto", null)], measured[SlerpTelemetry.DraftTokensPerStep]);
        Assert.Equal([(5, "auto", null)], measured[SlerpTelemetry.DraftWidth]);
    }

    [Fact]
    public void AnswerWithoutADrafter_IsNotMeasured()
    {
        Assert.Empty(Measure("vanilla", Stats with { Drafts = DraftStats.None }));
        Assert.Empty(Measure(null, Stats));
        Assert.Empty(Measure("auto", null));
    }

    private static Dictionary<string, List<(double Value, string? Drafter, string? Source)>> Measure(string? drafter, GenerationStats? stats)
    {
        var measured = new Dictionary<string, List<(double, string?, string?)>>();
        using var meter = new Meter(nameof(DraftInstrumentsTests));
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter, meter))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var found = new Dictionary<string, object?>();
            foreach (var tag in tags)
            {
                found[tag.Key] = tag.Value;
            }

            Assert.Equal("m", found[SlerpTelemetry.RequestModelTag]);
            var entry = (value, (string?)found.GetValueOrDefault(SlerpTelemetry.DrafterTag), (string?)found.GetValueOrDefault(SlerpTelemetry.DraftSourceTag));
            measured.TryAdd(instrument.Name, []);
            measured[instrument.Name].Add(entry);
        }

        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
        new DraftInstruments(meter).Record("m", drafter, stats);
        return measured;
    }
}
