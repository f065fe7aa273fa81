using System.CommandLine;
using Slerp.Benchmarks.Gate;
using Slerp.Benchmarks.Measuring;
using Slerp.Engine;

namespace Slerp.Benchmarks.Verbs;

/// <summary>What judging costs and what it saves.</summary>
internal sealed class GateVerb() : Verb("gate", "The quality gate: exact match unmerged, merged and gated, ROC area of each check; with --timing its overhead and the time to the first visible text.", defaultWeights: "inflated")
{
    // Instructions, a question and an answer.
    private const int AroundPassages = 512;

    private readonly Option<bool> _timing = new("--timing") { Description = "Time only: overhead, and first visible text." };
    private readonly Option<bool> _quality = new("--quality") { Description = "Quality only: exact match and ROC areas." };
    private readonly Option<bool> _steered = new("--steered") { Description = "The questions once more, every answer compared with the unmerged model, with an agreement budget of 0.95 from the first cutoff on." };
    private readonly Option<int> _cases = new Option<int>("--cases") { DefaultValueFactory = _ => 200, Description = "Held-out questions." }.AtLeast(1);
    private readonly Option<int> _answers = new Option<int>("--answers") { DefaultValueFactory = _ => 40, Description = "Free answers, merged as they are written, to look for loops in." }.AtLeast(0);
    private readonly Option<int> _tokens = new Option<int>("--tokens") { DefaultValueFactory = _ => 192, Description = "Tokens decoded for the overhead." }.AtLeast(2);
    private readonly Option<int> _show = new Option<int>("--show") { DefaultValueFactory = _ => 0, Description = "Spoiled answers that the gate did not save, to show on standard error." }.AtLeast(0);
    private readonly Option<int[]> _lengths = new Option<int[]>("--lengths") { Description = "Tokens of the passages together; by default 512, and 1024 for the first text.", AllowMultipleArgumentsPerToken = true }.AtLeast(1);
    private readonly Option<double[]> _cutoffs = new("--cutoffs") { Description = "Shares of the layers; by default 0.25.", AllowMultipleArgumentsPerToken = true };

    private readonly Option<string[]> _checks = new("--checks") { Description = "The built-in checks asked; without, those asked by default.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<double[]> _thresholds = new("--thresholds") { Description = "With --quality, least cosines of neighbours that become one; without, pairs by parity.", AllowMultipleArgumentsPerToken = true };

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_timing, _quality, _steered, _cases, _answers, _tokens, _show, _lengths, _cutoffs, _thresholds, _checks];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var cutoffs = parsed.GetValue(_cutoffs) is { Length: > 0 } shares ? shares : [0.25];
        var lengths = parsed.GetValue(_lengths) is { Length: > 0 } given ? given : null;
        settings = settings.Holding((lengths?.Max() ?? 0) + AroundPassages);
        var steers = parsed.GetValue(_steered);
        var both = !steers && parsed.GetValue(_timing) == parsed.GetValue(_quality);
        var prompts = new PromptText(settings.Folder);
        if (steers)
        {
            await using var product = await GateBench.LoadProductAsync(settings, cancellationToken);
            await using var steered = await GateBench.LoadSteeredAsync(settings, cancellationToken);
            await new GateQuality(product, steered, prompts, 0).MeasureSteeredAsync(parsed.GetValue(_cases), (lengths ?? [512])[0], cutoffs[0], cancellationToken);
        }

        if (both || parsed.GetValue(_quality))
        {
            await QualityAsync(settings, parsed, prompts, Ways(parsed, lengths ?? [512], cutoffs), cancellationToken);
        }

        if (both || parsed.GetValue(_timing))
        {
            // One model at a time: the larger shapes fill the memory.
            var timing = new GateTiming(settings, prompts, parsed.GetValue(_checks) is { Length: > 0 } named ? named : EngineCatalog.DefaultQualityChecks);
            await timing.OverheadAsync(parsed.GetValue(_tokens), cancellationToken);
            foreach (var (length, cutoff) in (lengths ?? [1024]).SelectMany(length => cutoffs.Select(cutoff => (length, cutoff))))
            {
                await timing.FirstTextAsync(length, cutoff, cancellationToken);
            }
        }
    }

    private IReadOnlyList<(int Length, MergedWay Way)> Ways(ParseResult parsed, int[] lengths, double[] cutoffs)
    {
        double?[] thresholds = parsed.GetValue(_thresholds) is { Length: > 0 } given ? [.. given] : [null];
        return
        [
            .. from length in lengths
               from cutoff in cutoffs
               from threshold in thresholds
               select (length, new MergedWay(cutoff, threshold)),
        ];
    }

    private async Task QualityAsync(
        BenchSettings settings, ParseResult parsed, PromptText prompts, IReadOnlyList<(int Length, MergedWay Way)> ways, CancellationToken cancellationToken)
    {
        await using var product = await GateBench.LoadProductAsync(settings, cancellationToken, parsed.GetValue(_checks));
        await using var scored = await GateBench.LoadScoredAsync(settings, EngineCatalog.QualityChecks, cancellationToken);
        var quality = new GateQuality(product, scored, prompts, parsed.GetValue(_show));
        foreach (var (length, way) in ways)
        {
            await quality.MeasureAsync(parsed.GetValue(_cases), length, way, cancellationToken);
        }

        if (parsed.GetValue(_answers) > 0)
        {
            await quality.MeasureLoopsAsync(parsed.GetValue(_answers), ways[0].Way.Cutoff, cancellationToken);
        }
    }
}
