using Microsoft.Extensions.AI;
using Slerp.Connector;

namespace Slerp.Samples.Chat;

/// <summary>Shows that an answer went on in vanilla decoding, and why.</summary>
internal static class Fallback
{
    public static void Write(ChatResponse response, TextWriter output)
    {
        var properties = response.AdditionalProperties;
        if (properties is null || !properties.TryGetValue(SlerpProperties.FallbackReason, out var reason))
        {
            return;
        }

        properties.TryGetValue(SlerpProperties.FallbackStage, out var stage);
        var check = properties.TryGetValue(SlerpProperties.FallbackCheck, out var name) ? $", check '{name}'" : "";
        output.WriteLine($"fallback: {reason} in {stage}{check}; the answer went on in vanilla decoding.");
    }
}
