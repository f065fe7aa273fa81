using System.Diagnostics;
using System.Diagnostics.Metrics;
using Slerp.Connector.Resilience;

namespace Slerp.Connector.Telemetry;

/// <summary>What lossy strategies and their judges are measured by. Thread-safe.</summary>
internal sealed class FallbackInstruments
{
    private readonly Counter<long> _fallbacks;
    private readonly Counter<long> _rejectedTokens;
    private readonly Counter<long> _mergedTokens;
    private readonly Counter<long> _savedBytes;

    /// <param name="meter">The meter.</param>
    public FallbackInstruments(Meter meter)
    {
        _fallbacks = meter.CreateCounter<long>(SlerpTelemetry.Fallbacks, "{fallback}", "Answers that went on in vanilla decoding.");
        _rejectedTokens = meter.CreateCounter<long>(SlerpTelemetry.RejectedTokens, "{token}", "Tokens that were written, judged and taken back.");
        _mergedTokens = meter.CreateCounter<long>(SlerpTelemetry.MergedTokens, "{token}", "Tokens that merging removed from the upper layers.");
        _savedBytes = meter.CreateCounter<long>(SlerpTelemetry.MergeKvBytesSaved, "By", "KV cache that merging saved.");
    }

    /// <summary>Counts what one answer did.</summary>
    public void Record(string modelId, DecodingRecord record)
    {
        if (record.Fallback is { } fallback)
        {
            _fallbacks.Add(1, Tags(modelId, SlerpNames.Of(fallback.Reason!.Value), SlerpNames.Of(fallback.Stage), fallback.Check));
        }

        if (record.Stats is not { } stats)
        {
            return;
        }

        if (stats.Drafts.Faults > 0)
        {
            // A drafter that threw is an empty draft: the text is right, the speed is vanilla's.
            _fallbacks.Add(1, Tags(modelId, SlerpNames.Of(FallbackReason.Error), SlerpNames.Draft, null));
        }

        AddTokens(_rejectedTokens, modelId, stats.RejectedTokens);
        AddTokens(_mergedTokens, modelId, stats.Merging.MergedTokens);
        AddTokens(_savedBytes, modelId, stats.Merging.KvBytesSaved);
    }

    private static void AddTokens(Counter<long> counter, string modelId, long count)
    {
        if (count > 0)
        {
            counter.Add(count, new TagList { { SlerpTelemetry.RequestModelTag, modelId } });
        }
    }

    private static TagList Tags(string modelId, string reason, string stage, string? check)
    {
        var tags = new TagList
        {
            { SlerpTelemetry.RequestModelTag, modelId },
            { SlerpTelemetry.FallbackReasonTag, reason },
            { SlerpTelemetry.FallbackStageTag, stage },
        };
        if (check is not null)
        {
            tags.Add(SlerpTelemetry.FallbackCheckTag, check);
        }

        return tags;
    }
}
