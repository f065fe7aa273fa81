using System.CommandLine;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Merging;
using Slerp.Engine;

namespace Slerp.Benchmarks.Verbs;

/// <summary>What token merging gives and what it costs.</summary>
internal sealed class MergingVerb() : Verb("merging", "Token merging: prefill time and KV rows (--timing), agreement with the unmerged model (--quality).", defaultWeights: "inflated")
{
    private const int LongestWithAllPairs = 1024;

    private readonly Option<bool> _timing = new("--timing") { Description = "Time and rows; meant for --shape 1.1B." };
    private readonly Option<bool> _quality = new("--quality") { Description = "Agreement and loops of the embedded model, and of stories260K where SLERP_SHARED_DATA is set." };
    private readonly Option<int[]> _lengths = new Option<int[]>("--lengths") { Description = "Prompt lengths; by default 1024 and 2048, or 16 to 1024.", AllowMultipleArgumentsPerToken = true }.AtLeast(1);
    private readonly Option<int> _cases = new Option<int>("--cases") { DefaultValueFactory = _ => 40, Description = "Windows of each length; a quarter of them from 512 tokens on." }.AtLeast(1);
    private readonly Option<int> _answers = new Option<int>("--answers") { DefaultValueFactory = _ => 40, Description = "Free answers to look for loops in." }.AtLeast(0);
    private readonly Option<float> _threshold = new("--threshold") { DefaultValueFactory = _ => 0.5f, Description = "The least cosine of pairs chosen by similarity." };
    private readonly Option<string[]> _report = new("--report") { Description = "Files of figures printed before: rewrites the tables and plots of docs/merging.md from them.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string> _docs = new("--docs") { DefaultValueFactory = _ => "docs", Description = "The folder of merging.md." };

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_timing, _quality, _lengths, _cases, _answers, _threshold, _report, _docs];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var lengths = parsed.GetValue(_lengths) is { Length: > 0 } given ? given : null;
        settings = settings.Holding(lengths?.Max() ?? 0);
        if (parsed.GetValue(_report) is { Length: > 0 } files)
        {
            MergingReport.Write(files, parsed.GetValue(_docs)!);
            return;
        }

        if (!parsed.GetValue(_timing) && !parsed.GetValue(_quality))
        {
            throw new ArgumentException("Nothing to measure: give --timing, --quality or --report.");
        }

        if (parsed.GetValue(_timing))
        {
            using var prefill = Load(settings);
            foreach (var length in lengths ?? [1024, 2048])
            {
                new MergingTiming(settings, prefill).Measure(length, length > LongestWithAllPairs ? (settings.Pairs + 1) / 2 : settings.Pairs, cancellationToken);
            }
        }

        if (parsed.GetValue(_quality))
        {
            await QualityAsync(settings, parsed, lengths ?? [16, 64, 128, 256, 512, 1024], cancellationToken);
        }
    }

    private static MergedPrefill Load(BenchSettings settings) =>
        new(LoadedModel.Load(settings.EngineOptions, null, TimeProvider.System, CancellationToken.None), settings.EngineOptions.PrefillChunkTokens);

    // The published arithmetic needs a prompt in one chunk.
    private static MergedPrefill LoadWhole(BenchSettings settings) =>
        new(LoadedModel.Load(settings.EngineOptions with { MaxConcurrentRequests = 1 }, null, TimeProvider.System, CancellationToken.None), int.MaxValue);

    private async Task QualityAsync(BenchSettings settings, ParseResult parsed, int[] lengths, CancellationToken cancellationToken)
    {
        var (cases, threshold) = (parsed.GetValue(_cases), parsed.GetValue(_threshold));
        Measure(settings, settings.Shape.Name, [.. HeldOutText.Conversations(settings.Folder, 200).SelectMany(static text => text.Tokens)], lengths, cases, threshold, cancellationToken);
        await MergingLoops.MeasureAsync(settings.Shape.Name, settings.EngineOptions, parsed.GetValue(_answers), cancellationToken);
        if (HeldOutText.Stories260K() is { } stories)
        {
            int[] text = [.. stories.Texts.SelectMany(static text => text.Tokens)];
            Measure(settings with { Folder = stories.Folder }, "stories260K", text, lengths, cases, threshold, cancellationToken);
        }
        else
        {
            Progress.Say("SLERP_SHARED_DATA is not set: stories260K is left out.");
        }
    }

    private static void Measure(
        BenchSettings settings, string model, int[] text, int[] lengths, int cases, float threshold, CancellationToken cancellationToken)
    {
        using var prefill = LoadWhole(settings);
        var quality = new MergingQuality(model, prefill, threshold);
        quality.Measure(text, lengths.Where(static length => length < 512), cases, cancellationToken);
        quality.Measure(text, lengths.Where(static length => length >= 512), Math.Max(1, cases / 4), cancellationToken);
    }
}
