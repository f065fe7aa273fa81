using System.CommandLine;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Verbs;

/// <summary>How fast memory can be read in sequence.</summary>
internal sealed class CeilingVerb() : Verb("ceiling", "Streaming read of 1 GiB, in 10^9 bytes a second.")
{
    /// <inheritdoc />
    protected override Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
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
}
