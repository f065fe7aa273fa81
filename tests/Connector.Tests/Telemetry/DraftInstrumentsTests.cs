using System.Diagnostics.Metrics;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Tests.Doubles;
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
        using var meter = new Meter(nameof(DraftInstrumentsTests));
        using var log = new MeasurementLog(other => other == meter);
        new DraftInstruments(meter).Record("m", drafter, stats);
        Assert.All(log.All, item => Assert.Equal("m", item.Tags[SlerpTelemetry.RequestModelTag]));
        return log.All.GroupBy(item => item.Instrument.Name).ToDictionary(group => group.Key, group => group.Select(Told).ToList());
    }

    private static (double Value, string? Drafter, string? Source) Told(MeasurementLog.Measured item) =>
        (item.Value, (string?)item.Tags.GetValueOrDefault(SlerpTelemetry.DrafterTag), (string?)item.Tags.GetValueOrDefault(SlerpTelemetry.DraftSourceTag));
}
