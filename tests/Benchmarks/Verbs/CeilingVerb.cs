using System.CommandLine;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Verbs;

/// <summary>How fast memory can be read in sequence.</summary>
internal sealed class CeilingVerb() : Verb("ceiling", "Streaming read of 1 GiB, in 10^9 bytes a second; on a device, a copy inside it, and its matrix products.")
{
    /// <inheritdoc />
    protected override Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (settings.Backend != "cpu")
        {
            MeasureDevice(settings, cancellationToken);
            return Task.CompletedTask;
        }

        foreach (var threads in settings.Threads == 1 ? [1] : (int[])[1, settings.Threads])
        {
            using var ceiling = new StreamingCeiling(threads);
            var samples = new Samples();
            for (var pass = 0; pass < settings.Pairs && !cancellationToken.IsCancellationRequested; pass++)
            {
                samples.Add(ceiling.Measure());
            }

            Figure.Print("ceiling", ("threads", threads), ("gb_per_second", samples.Median), ("min", samples.Min), ("max", samples.Max), ("passes", samples.Count));
        }

        return Task.CompletedTask;
    }

    private static void MeasureDevice(BenchSettings settings, CancellationToken cancellationToken)
    {
        using var copy = BenchBackends.MemoryCeiling(settings);
        using var products = BenchBackends.ProductCeiling(settings);
        Samples bytes = new(), operations = new();
        for (var pass = 0; pass < settings.Pairs && !cancellationToken.IsCancellationRequested; pass++)
        {
            bytes.Add(copy.Measure());
            operations.Add(products.Measure());
        }

        Figure.Print("ceiling", ("backend", settings.Backend), ("gb_per_second", bytes.Median), ("min", bytes.Min), ("max", bytes.Max), ("passes", bytes.Count));
        Figure.Print(
            "product-ceiling", ("backend", settings.Backend), ("tera_operations_per_second", operations.Median), ("min", operations.Min), ("max", operations.Max),
            ("passes", operations.Count));
    }
}
