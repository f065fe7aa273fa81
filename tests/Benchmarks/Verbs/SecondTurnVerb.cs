using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Measuring;
using Slerp.Connector;

namespace Slerp.Benchmarks.Verbs;

/// <summary>The time to the first token of a conversation's second turn against that of its first.</summary>
internal sealed class SecondTurnVerb() : Verb("second-turn", "Time to first token of a second turn, whose beginning is in the prefix cache, against the first's.")
{
    private readonly Option<int> _tokens = new("--tokens") { DefaultValueFactory = _ => 1500, Description = "Tokens of the first turn." };

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_tokens];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var tokens = Math.Max(32, parsed.GetValue(_tokens));
        var prompts = new PromptText(settings.Folder);
        Samples ratios = new(), firsts = new(), seconds = new(), reused = new();
        await using var chat = await ChatBench.LoadAsync(settings, cancellationToken, cachedPrefixes: 4);
        for (var pass = 0; pass <= settings.Pairs; pass++)
        {
            List<ChatMessage> messages = [new(ChatRole.User, prompts.Of(tokens - 16, pass))];
            var (first, answer) = await AskAsync(chat, messages, cancellationToken);
            messages.AddMessages(answer);
            messages.Add(new ChatMessage(ChatRole.User, "And then?"));
            var (second, next) = await AskAsync(chat, messages, cancellationToken);
            if (pass > 0)
            {
                var usage = answer.Usage!;
                firsts.Add(first);
                seconds.Add(second);
                ratios.Add(first / second);
                reused.Add((double)next.Usage!.CachedInputTokenCount!.Value / (usage.InputTokenCount!.Value + usage.OutputTokenCount!.Value));
                Progress.Say($"  pass {pass}: {first * 1000:F1} ms, then {second * 1000:F1} ms");
            }
        }

        Figure.Print(
            "second-turn", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("threads", settings.Threads), ("tokens", tokens),
            ("ratio", ratios.Median), ("first_ms", firsts.Median * 1000), ("second_ms", seconds.Median * 1000), ("reused", reused.Median),
            ("passes", settings.Pairs), ("ratio_min", ratios.Min), ("ratio_max", ratios.Max));
    }

    private static async Task<(double Seconds, ChatResponse Response)> AskAsync(ChatBench chat, List<ChatMessage> messages, CancellationToken cancellationToken)
    {
        var options = new ChatOptions
        {
            Temperature = 0,
            MaxOutputTokens = 16,
            AdditionalProperties = new() { [SlerpProperties.Drafter] = "vanilla" },
        };
        var began = Stopwatch.GetTimestamp();
        var toFirst = 0.0;
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in chat.Client.GetStreamingResponseAsync(messages, options, cancellationToken))
        {
            if (toFirst == 0)
            {
                toFirst = Stopwatch.GetElapsedTime(began).TotalSeconds;
            }

            updates.Add(update);
        }

        return (toFirst, updates.ToChatResponse());
    }
}
