using Microsoft.Extensions.AI;
using Slerp.Connector;

namespace Slerp.Benchmarks.Gate;

/// <summary>How answers are asked for whose judges are measured.</summary>
internal static class GateOptions
{
    /// <summary>The options: greedy, without drafts; a cutoff merges the prompt.</summary>
    public static ChatOptions Of(int tokens, double? cutoff, string gate)
    {
        var properties = new AdditionalPropertiesDictionary
        {
            [SlerpProperties.Drafter] = "vanilla",
            [SlerpProperties.Gate] = gate,
            [SlerpProperties.Merge] = cutoff is null ? "none" : "prompt",
        };
        if (cutoff is { } share)
        {
            properties[SlerpProperties.MergeCutoff] = share;
        }

        return new ChatOptions { Temperature = 0, MaxOutputTokens = tokens, AdditionalProperties = properties };
    }
}
