using System.CommandLine;
using System.Diagnostics;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Shapes;
using Slerp.Engine;
using Slerp.Engine.Drafting;

namespace Slerp.Benchmarks.Verbs;

/// <summary>What merging an adapter of every linear layer adds to a load.</summary>
internal sealed class AdapterVerb() : Verb("adapter", "Loading with a LoRA adapter of every linear layer against loading without.")
{
    // Measuring what rows cost is no part of the question.
    private static readonly CostCurve Known = new([1, 64], [1, 1]);

    private readonly Option<int> _rank = new Option<int>("--rank") { DefaultValueFactory = _ => 16, Description = "The adapter's rank." }.AtLeast(1);

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_rank];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var rank = parsed.GetValue(_rank);
        var folder = Path.Combine(settings.Work, $"{settings.Shape.Name}-adapter-{rank}");
        RandomAdapter.Write(settings.Shape, rank, folder);
        Samples plain = new(), adapted = new(), ratios = new();
        for (var pair = 0; pair <= settings.Pairs; pair++)
        {
            var (before, _) = await LoadAsync(settings, null, cancellationToken);
            var (with, matrices) = await LoadAsync(settings, folder, cancellationToken);
            var (after, _) = await LoadAsync(settings, null, cancellationToken);
            if (pair > 0)
            {
                plain.Add((before + after) / 2);
                adapted.Add(with);
                ratios.Add(with / ((before + after) / 2));
                Progress.Say($"  pair {pair}: {matrices} matrices merged in a load of {with * 1000:F0} ms, {(before + after) / 2 * 1000:F0} ms without");
            }
        }

        Figure.Print(
            "adapter", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("threads", settings.Threads), ("rank", rank), ("ratio", ratios.Median),
            ("load_ms", adapted.Median * 1000), ("plain_ms", plain.Median * 1000), ("pairs", settings.Pairs), ("ratio_min", ratios.Min), ("ratio_max", ratios.Max));
    }

    private static async Task<(double Seconds, int Matrices)> LoadAsync(BenchSettings settings, string? adapter, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await using var engine = await SlerpEngine.LoadAsync(settings.EngineOptions with { AdapterPath = adapter, Costs = Known }, cancellationToken: cancellationToken);
        return (Stopwatch.GetElapsedTime(began).TotalSeconds, engine.Model.Adapter?.Matrices ?? 0);
    }
}
