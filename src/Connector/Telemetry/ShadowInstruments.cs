using System.Diagnostics;
using System.Diagnostics.Metrics;
using Slerp.Engine;

namespace Slerp.Connector.Telemetry;

/// <summary>What comparing merged answers with the unmerged model finds, and what it costs. Thread-safe.</summary>
internal sealed class ShadowInstruments(Meter meter)
{
    private readonly Histogram<double> _agreement = meter.CreateHistogram<double>(
        SlerpTelemetry.ShadowAgreement, "1", "Share of a merged answer's tokens that the unmerged model chooses too.", tags: null, Buckets.Share);
    private readonly Histogram<double> _duration = meter.CreateHistogram<double>(
        SlerpTelemetry.ShadowDuration, "s", "Comparing one answer with the unmerged model.", tags: null, Buckets.RequestSeconds);
    private readonly Counter<long> _tokens = meter.CreateCounter<long>(SlerpTelemetry.ShadowTokens, "{token}", "Tokens read again to compare answers.");

    /// <summary>Records one comparison.</summary>
    public void Record(string modelId, string strategy, AnswerAgreement agreement)
    {
        var tags = new TagList { { SlerpTelemetry.RequestModelTag, modelId }, { SlerpTelemetry.StrategyTag, strategy } };
        _agreement.Record(agreement.Share, tags);
        _duration.Record(agreement.Time.TotalSeconds, tags);
        _tokens.Add(agreement.RowsRead, tags);
    }
}
