using System.Diagnostics;
using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Measuring;
using Slerp.Connector;

namespace Slerp.Benchmarks.Gate;

/// <summary>What the gate costs: decoding time where nothing fails, and the time until a first word is visible where the prompt is merged.</summary>
/// <param name="settings">What is measured.</param>
/// <param name="prompts">Counts tokens.</param>
/// <param name="checks">The checks whose cost is measured.</param>
internal sealed class GateTiming(BenchSettings settings, PromptText prompts, IReadOnlyList<string> checks)
{
    private const int FirstTokens = 16;

    // Checks that read words have some to read.
    private const int LeastContext = 256;

    // Heuristic: the compiler has done its best with the judge's code by then.
    private const int WarmUps = 4;

    /// <summary>Decoding time judged over unjudged, of the same text from a merged passage, nothing failing.</summary>
    public async Task OverheadAsync(int tokens, CancellationToken cancellationToken)
    {
        await using var scored = await GateBench.LoadScoredAsync(settings, checks, cancellationToken);
        var ratios = new Samples();
        var processor = new Samples();
        var plains = new Samples();
        for (var pair = 1 - WarmUps; pair <= settings.Pairs; pair++)
        {
            ChatMessage[] messages = [new(ChatRole.User, [new TextContent(prompts.Of(Math.Max(settings.Context, LeastContext), pair + WarmUps)).AsContext(), new TextContent("\n\nTell me a story.")])];
            var before = await DecodeAsync(scored, messages, "never", tokens, cancellationToken);
            var judged = await DecodeAsync(scored, messages, "lossy", tokens, cancellationToken);
            var after = await DecodeAsync(scored, messages, "never", tokens, cancellationToken);
            var plain = (before.Wall + after.Wall) / 2;
            if (pair > 0)
            {
                ratios.Add(judged.Wall / plain);
                processor.Add(judged.Processor / ((before.Processor + after.Processor) / 2));
                plains.Add(plain);
                Progress.Say($"  pair {pair}: {plain:F3} ms a token, judged {judged.Wall:F3}; processor {(before.Processor + after.Processor) / 2:F3}, judged {judged.Processor:F3}");
            }
        }

        Figure.Print(
            "gate-overhead", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("threads", settings.Threads), ("overhead", ratios.Median - 1), ("processor_overhead", processor.Median - 1),
            ("milliseconds_per_token", plains.Median), ("pairs", settings.Pairs), ("overhead_min", ratios.Min - 1), ("overhead_max", ratios.Max - 1));
    }

    /// <summary>Time to the first visible text, merged and judged as installed, over vanilla's.</summary>
    public async Task FirstTextAsync(int length, double cutoff, CancellationToken cancellationToken)
    {
        await using var product = await GateBench.LoadProductAsync(settings, cancellationToken);
        var ratios = new Samples();
        var plains = new Samples();
        var (fallbacks, early) = (0, 0);
        var cases = PaddedCase.Read(prompts, settings.Pairs + 1, length);
        for (var pair = 0; pair < cases.Count; pair++)
        {
            var messages = cases[pair].Messages;
            var (before, _, _) = await FirstAsync(product, messages, null, cancellationToken);
            var (merged, fellBack, fellBackFirst) = await FirstAsync(product, messages, cutoff, cancellationToken);
            var plain = (before + (await FirstAsync(product, messages, null, cancellationToken)).Seconds) / 2;
            if (pair > 0)
            {
                ratios.Add(merged / plain);
                plains.Add(plain);
                fallbacks += fellBack ? 1 : 0;
                early += fellBackFirst ? 1 : 0;
                Progress.Say($"  pair {pair}: {plain * 1000:F1} ms vanilla, {merged * 1000:F1} merged and judged{(fellBack ? ", fell back" : "")}");
            }
        }

        Figure.Print(
            "gate-first-text", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("threads", settings.Threads), ("length", length), ("cutoff", cutoff),
            ("ratio", ratios.Median), ("vanilla_milliseconds", plains.Median * 1000), ("fallbacks", fallbacks), ("fallbacks_before_any_text", early), ("pairs", ratios.Count),
            ("ratio_min", ratios.Min), ("ratio_max", ratios.Max));
    }

    // Every check is asked and none obeyed: nothing fails, whatever the text. Processor time is the whole process's, the short prompt's included.
    private static async Task<(double Wall, double Processor)> DecodeAsync(ChatBench scored, ChatMessage[] messages, string gate, int tokens, CancellationToken cancellationToken)
    {
        var options = GateOptions.Of(tokens, new MergedWay(0.5), gate);
        var began = Environment.CpuUsage.TotalTime;
        var answer = await scored.Client.GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);
        var used = Environment.CpuUsage.TotalTime - began;
        var statistics = answer.GetSlerpStatistics()!;
        if (statistics.MergedTokens == 0)
        {
            throw new InvalidOperationException("Nothing was merged: the checks had nothing to read, and the overhead would be too small.");
        }

        var steps = Math.Max(1, statistics.OutputTokens - 1);
        return (statistics.DecodeTime.TotalMilliseconds / steps, used.TotalMilliseconds / steps);
    }

    private static async Task<(double Seconds, bool FellBack, bool FellBackFirst)> FirstAsync(
        ChatBench product, IReadOnlyList<ChatMessage> messages, double? cutoff, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        double? first = null;
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in product.Client.GetStreamingResponseAsync(messages, GateOptions.Of(FirstTokens, cutoff is { } share ? new MergedWay(share) : null, "lossy"), cancellationToken))
        {
            first ??= update.Text.Length > 0 ? Stopwatch.GetElapsedTime(began).TotalSeconds : null;
            updates.Add(update);
        }

        var answer = updates.ToChatResponse();
        var fellBack = answer.GetSlerpStatistics()!.Fallbacks > 0;
        var firstSegment = updates.Select(static update => update.RawRepresentation).OfType<Engine.Segment>().FirstOrDefault();
        return (first ?? Stopwatch.GetElapsedTime(began).TotalSeconds, fellBack, fellBack && firstSegment is { Statistics.IsEmpty: true });
    }
}
