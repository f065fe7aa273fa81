using System.CommandLine;
using System.Diagnostics;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Shapes;
using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Models;

namespace Slerp.Benchmarks.Verbs;

/// <summary>The time of a load against that of reading the checkpoint's bytes once and packing them once.</summary>
internal sealed class LoadVerb() : Verb("load", "Loading through the services against reading and packing the bytes once.")
{
    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        Samples loads = new(), reads = new(), packs = new(), ratios = new();
        for (var pair = 0; pair <= settings.Pairs; pair++)
        {
            var load = await LoadAsync(settings, cancellationToken);
            var (read, pack) = ReadAndPack(settings, cancellationToken);
            load = (load + await LoadAsync(settings, cancellationToken)) / 2;
            if (pair > 0)
            {
                loads.Add(load);
                reads.Add(read);
                packs.Add(pack);
                ratios.Add(load / (read + pack));
                Progress.Say($"  pair {pair}: load {load * 1000:F0} ms, read {read * 1000:F0} ms, pack {pack * 1000:F0} ms");
            }
        }

        Figure.Print(
            "load", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("threads", settings.Threads), ("ratio", ratios.Median),
            ("load_ms", loads.Median * 1000), ("read_ms", reads.Median * 1000), ("pack_ms", packs.Median * 1000),
            ("pairs", settings.Pairs), ("ratio_min", ratios.Min), ("ratio_max", ratios.Max));
    }

    private static async Task<double> LoadAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await using var chat = await ChatBench.LoadAsync(settings, cancellationToken);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static (double Read, double Pack) ReadAndPack(BenchSettings settings, CancellationToken cancellationToken)
    {
        var config = CheckpointDirectory.Open(settings.Folder).Config;
        var shape = ModelCatalog.Find(config).Read(config);
        var began = Stopwatch.GetTimestamp();
        using var weights = new MemoryWeights(settings.Folder, TensorPlan.Of(settings.Shape).Select(static tensor => (tensor.Name, tensor.Shape)));
        var read = Stopwatch.GetElapsedTime(began).TotalSeconds;
        using IComputeBackend backend = new CpuBackend(new CpuBackendOptions(settings.Threads));
        var loader = new TransformerLoader(shape, weights, backend, settings.Format);
        began = Stopwatch.GetTimestamp();
        loader.Load(null, cancellationToken);
        var pack = Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (var matrix in loader.Matrices)
        {
            matrix.Dispose();
        }

        return (read, pack);
    }
}
