using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Connector;

namespace Slerp.Samples.Chat;

/// <summary>What an answer took, as one line of JSON.</summary>
internal static class StatisticsLine
{
    public static void Write(ChatResponse response, TextWriter output)
    {
        if (response.GetSlerpStatistics() is not { } statistics)
        {
            return;
        }

        output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, double>
        {
            ["prompt_tokens"] = statistics.PromptTokens,
            ["output_tokens"] = statistics.OutputTokens,
            ["steps"] = statistics.Steps,
            ["tokens_per_step"] = Math.Round(statistics.TokensPerStep, 3),
            ["prefill_ms"] = Math.Round(statistics.PrefillTime.TotalMilliseconds, 3),
            ["decode_tokens_per_second"] = Math.Round(statistics.TokensPerSecond, 2),
            ["merged_tokens"] = statistics.MergedTokens,
            ["fallbacks"] = statistics.Fallbacks,
        }));
    }
}
