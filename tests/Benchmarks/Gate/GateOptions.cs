using Microsoft.Extensions.AI;
using Slerp.Connector;

namespace Slerp.Benchmarks.Gate;

/// <summary>How answers are asked for whose judges are measured.</summary>
internal static class GateOptions
{
    /// <summary>The options: greedy, without drafts; a way merges the prompt.</summary>
    public static ChatOptions Of(int tokens, MergedWay? way, string gate)
    {
        var properties = new AdditionalPropertiesDictionary
        {
            [SlerpProperties.Drafter] = "vanilla",
            [SlerpProperties.Gate] = gate,
            [SlerpProperties.Merge] = way is null ? "none" : "prompt",
        };
        if (way is not null)
        {
            properties[SlerpProperties.MergeCutoff] = way.Cutoff;
        }

        if (way?.Threshold is { } threshold)
        {
            properties[SlerpProperties.MergeThreshold] = threshold;
        }

        return new ChatOptions { Temperature = 0, MaxOutputTokens = tokens, AdditionalProperties = properties };
    }
}
