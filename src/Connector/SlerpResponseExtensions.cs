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

        return new SlerpStatistics(
            usage.InputTokenCount ?? 0,
            usage.CachedInputTokenCount ?? 0,
            usage.OutputTokenCount ?? 0,
            Count(usage, SlerpProperties.Steps),
            Count(usage, SlerpProperties.Fallbacks),
            Milliseconds(properties, SlerpProperties.QueueMilliseconds),
            Milliseconds(properties, SlerpProperties.PrefillMilliseconds),
            Milliseconds(properties, SlerpProperties.DecodeMilliseconds),
            properties.Number(SlerpProperties.TokensPerSecond) ?? 0,
            seed);
    }

    private static long Count(UsageDetails usage, string name) =>
        usage.AdditionalCounts is { } counts && counts.TryGetValue(name, out var count) ? count : 0;

    private static TimeSpan Milliseconds(PropertyReader properties, string name) =>
        TimeSpan.FromMilliseconds(properties.Number(name) ?? 0);
}
