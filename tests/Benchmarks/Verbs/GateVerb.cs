using System.CommandLine;
using Slerp.Benchmarks.Gate;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Verbs;

/// <summary>What judging costs and what it saves.</summary>
internal sealed class GateVerb() : Verb("gate", "The quality gate: exact match unmerged, merged and gated, ROC area of each check; with --timing its overhead and the time to the first visible text.", defaultWeights: "inflated")
{
    private readonly Option<bool> _timing = new("--timing") { Description = "Time only: overhead, and first visible text." };
    private readonly Option<bool> _quality = new("--quality") { Description = "Quality only: exact match and ROC areas." };
    private readonly Option<bool> _steered = new("--steered") { Description = "The questions once more, every answer compared with the unmerged model, with an agreement budget of 0.95 from the first cutoff on." };
    private readonly Option<int> _cases = new("--cases") { DefaultValueFactory = _ => 200, Description = "Held-out questions." };
    private readonly Option<int> _answers = new("--answers") { DefaultValueFactory = _ => 40, Description = "Free answers, merged as they are written, to look for loops in." };
    private readonly Option<int> _show = new("--show") { DefaultValueFactory = _ => 0, Description = "Spoiled answers to show on standard error." };
    private readonly Option<int[]> _lengths = new("--lengths") { Description = "Tokens of the passages together; by default 512, and 1024 for the first text.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<double[]> _cutoffs = new("--cutoffs") { Description = "Shares of the layers; by default 0.25.", AllowMultipleArgumentsPerToken = true };

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_timing, _quality, _steered, _cases, _answers, _show, _lengths, _cutoffs];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var cutoffs = parsed.GetValue(_cutoffs) is { Length: > 0 } shares ? shares : [0.25];
        var lengths = parsed.GetValue(_lengths) is { Length: > 0 } given ? given : null;
        var steers = parsed.GetValue(_steered);
        var both = !steers && parsed.GetValue(_timing) == parsed.GetValue(_quality);
        var prompts = new PromptText(settings.Folder);
        await using var bench = await GateBench.LoadAsync(settings, steers, cancellationToken);
        var quality = new GateQuality(bench, prompts, parsed.GetValue(_show));
        if (steers)
        {
            await quality.MeasureSteeredAsync(parsed.GetValue(_cases), (lengths ?? [512])[0], cutoffs[0], cancellationToken);
        }

        if (both || parsed.GetValue(_quality))
        {
            foreach (var (length, cutoff) in (lengths ?? [512]).SelectMany(length => cutoffs.Select(cutoff => (length, cutoff))))
            {
                await quality.MeasureAsync(parsed.GetValue(_cases), length, cutoff, cancellationToken);
            }

            if (parsed.GetValue(_answers) > 0)
            {
                await quality.MeasureLoopsAsync(parsed.GetValue(_answers), cutoffs[0], cancellationToken);
            }
        }

        if (both || parsed.GetValue(_timing))
        {
            var timing = new GateTiming(settings, bench, prompts);
            await timing.OverheadAsync(cancellationToken);
            foreach (var (length, cutoff) in (lengths ?? [1024]).SelectMany(length => cutoffs.Select(cutoff => (length, cutoff))))
            {
                await timing.FirstTextAsync(length, cutoff, cancellationToken);
            }
        }
    }
}
