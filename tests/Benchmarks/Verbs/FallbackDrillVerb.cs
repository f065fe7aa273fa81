using System.CommandLine;
using Slerp.Benchmarks.Gate;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Faults on purpose: one line for each fault and segment.</summary>
internal sealed class FallbackDrillVerb() : Verb("fallback-drill", "Faults on purpose in merged, judged answers: what was shown stays, what follows is vanilla's, no page leaks, the metric names the reason.")
{
    // A passage about which the embedded model's merged answer goes on for every segment that is struck; an answer that ends earlier shows nothing.
    private const int PassageTokens = 128;

    private readonly Option<int> _segments = new Option<int>("--segments") { DefaultValueFactory = _ => 4, Description = "Segments to strike, from the first." }.AtLeast(1);
    private readonly Option<string[]> _faults = new("--faults") { Description = $"Which: {string.Join(", ", DrillFault.Kinds)}; by default all.", AllowMultipleArgumentsPerToken = true };

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_segments, _faults];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var segments = parsed.GetValue(_segments);
        var kinds = parsed.GetValue(_faults) is { Length: > 0 } given ? given : [.. DrillFault.Kinds];
        if (kinds.Except(DrillFault.Kinds).FirstOrDefault() is { } unknown)
        {
            throw new ArgumentException($"--faults '{unknown}' is not known. Known: {string.Join(", ", DrillFault.Kinds)}.");
        }

        var passage = new PromptText(settings.Folder).Of(PassageTokens, 0);
        var tokens = DrillFault.FirstToken(segments) + 4;
        foreach (var kind in kinds)
        {
            // What hangs is waited for; what does not hang must not seem to on a busy machine.
            await using var drill = await FallbackDrill.LoadAsync(
                settings.Folder, settings.Format, settings.Threads, TimeProvider.System,
                options => options.Quality.TimeLimit = TimeSpan.FromSeconds(kind == "hang" ? 1 : 30), cancellationToken);
            for (var segment = 0; segment < segments; segment++)
            {
                var fault = new DrillFault(kind, segment);
                var (messages, options) = FallbackDrill.Request(passage, " Tell me a story.", tokens, fault);
                Print(fault, await drill.RunAsync(fault, messages, options, cancellationToken));
            }
        }
    }

    private static void Print(DrillFault fault, DrillOutcome outcome)
    {
        var told = outcome.Told is [var one] ? one : default;
        Figure.Print(
            "fallback-drill", ("fault", fault.Kind), ("segment", fault.Segment), ("prefix_ok", outcome.PrefixOk), ("equals_vanilla", outcome.EqualsVanilla),
            ("pages_leaked", outcome.PagesLeaked), ("reason", told.Reason), ("stage", told.Stage), ("reason_ok", told.Reason == fault.Reason),
            ("accepted_tokens", outcome.AcceptedTokens), ("strategy_differs", outcome.StrategyDiffers), ("tokens", outcome.Tokens.Told), ("milliseconds", outcome.Elapsed.TotalMilliseconds));
    }
}
