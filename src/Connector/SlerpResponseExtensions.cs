using Microsoft.Extensions.AI;
using Slerp.Connector.Translation;

namespace Slerp.Connector;

/// <summary>Reads what a response says about its making.</summary>
public static class SlerpResponseExtensions
{
    /// <summary>The statistics of an answer, also where it came through a cache as JSON.</summary>
    /// <param name="response">A response of this client, plain or coalesced from a stream.</param>
    /// <returns>The statistics, or null where the response is not this client's.</returns>
    public static SlerpStatistics? GetSlerpStatistics(this ChatResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var properties = new PropertyReader(response.AdditionalProperties);
        if (response.Usage is not { } usage || properties.Integer(SlerpProperties.Seed) is not { } seed)
        {
            return null;
        }

        return new SlerpStatistics
        {
            PromptTokens = usage.InputTokenCount ?? 0,
            CachedPromptTokens = usage.CachedInputTokenCount ?? 0,
            OutputTokens = usage.OutputTokenCount ?? 0,
            Steps = Count(usage, SlerpProperties.Steps),
            DecodedTokens = Count(usage, SlerpProperties.DecodedTokens),
            Fallbacks = Count(usage, SlerpProperties.Fallbacks),
            MergedTokens = Count(usage, SlerpProperties.MergedTokens),
            KvBytesSaved = Count(usage, SlerpProperties.MergeKvBytesSaved),
            MergeSimilarity = properties.Number(SlerpProperties.MergeSimilarity) ?? 0,
            QueueTime = Milliseconds(properties, SlerpProperties.QueueMilliseconds),
            PrefillTime = Milliseconds(properties, SlerpProperties.PrefillMilliseconds),
            DecodeTime = Milliseconds(properties, SlerpProperties.DecodeMilliseconds),
            TokensPerSecond = properties.Number(SlerpProperties.TokensPerSecond) ?? 0,
            Seed = seed,
        };
    }

    private static long Count(UsageDetails usage, string name) =>
        usage.AdditionalCounts is { } counts && counts.TryGetValue(name, out var count) ? count : 0;

    private static TimeSpan Milliseconds(PropertyReader properties, string name) =>
        TimeSpan.FromMilliseconds(properties.Number(name) ?? 0);
}
