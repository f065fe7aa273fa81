using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Measuring;
using Slerp.Connector;

namespace Slerp.Benchmarks.Verbs;

/// <summary>The time to the first token of a conversation's second turn against that of its first.</summary>
internal sealed class SecondTurnVerb() : Verb("second-turn", "Time to first token of a second turn, whose beginning is in the prefix cache, against the first's.")
{
    // Two answers, a question, and the template's own words.
    private const int SecondTurnTokens = 128;

    private readonly Option<int> _tokens = new Option<int>("--tokens") { DefaultValueFactory = _ => 1500, Description = "Tokens of the first turn." }.AtLeast(32);

    private readonly Option<string> _merge = new("--merge") { DefaultValueFactory = _ => "both", Description = "Token merging of the first turn's passage: none, prompt, or both ways." };

    /// <inheritdoc />
    protected override IEnumerable<Option> Options
    {
        get
        {
            _merge.AcceptOnlyFromAmong("none", "prompt", "both");
            return [_tokens, _merge];
        }
    }

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var tokens = parsed.GetValue(_tokens);
        settings = settings.Holding(tokens + SecondTurnTokens);
        await using var chat = await ChatBench.LoadAsync(settings, cancellationToken, cachedPrefixes: 4, configure: static options => options.Quality.Gate = GateUse.Never);
        // Random words end in loops, which a judge would take back: it is the reading that is measured.
        foreach (var merge in parsed.GetValue(_merge) is "both" ? (string[])["none", "prompt"] : [parsed.GetValue(_merge)!])
        {
            await MeasureAsync(chat, settings, tokens, merge, cancellationToken);
        }
    }

    private static async Task MeasureAsync(ChatBench chat, BenchSettings settings, int tokens, string merge, CancellationToken cancellationToken)
    {
        var prompts = new PromptText(settings.Folder);
        Samples ratios = new(), firsts = new(), seconds = new(), reused = new();
        for (var pass = 0; pass <= settings.Pairs; pass++)
        {
            // A text of its own for each way, so that neither finds the other's rows.
            var passage = new TextContent(prompts.Of(tokens - 16, (pass * 2) + (merge == "none" ? 0 : 1))).AsContext();
            List<ChatMessage> messages = [new(ChatRole.User, [passage])];
            var (first, answer) = await AskAsync(chat, messages, merge, cancellationToken);
            messages.AddMessages(answer);
            messages.Add(new ChatMessage(ChatRole.User, "And then?"));
            var (second, next) = await AskAsync(chat, messages, merge, cancellationToken);
            if (pass > 0)
            {
                var usage = answer.Usage!;
                firsts.Add(first);
                seconds.Add(second);
                ratios.Add(first / second);
                reused.Add((double)next.Usage!.CachedInputTokenCount!.Value / (usage.InputTokenCount!.Value + usage.OutputTokenCount!.Value));
                Progress.Say($"  merging {merge}, pass {pass}: {first * 1000:F1} ms, then {second * 1000:F1} ms; {answer.GetSlerpStatistics()!.MergedTokens} tokens merged");
            }
        }

        Figure.Print(
            "second-turn", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("threads", settings.Threads), ("tokens", tokens), ("merging", merge),
            ("ratio", ratios.Median), ("first_ms", firsts.Median * 1000), ("second_ms", seconds.Median * 1000), ("reused", reused.Median),
            ("passes", settings.Pairs), ("ratio_min", ratios.Min), ("ratio_max", ratios.Max));
    }

    private static async Task<(double Seconds, ChatResponse Response)> AskAsync(
        ChatBench chat, List<ChatMessage> messages, string merge, CancellationToken cancellationToken)
    {
        var options = new ChatOptions
        {
            Temperature = 0,
            MaxOutputTokens = 16,
            AdditionalProperties = new() { [SlerpProperties.Drafter] = "vanilla", [SlerpProperties.Merge] = merge },
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
