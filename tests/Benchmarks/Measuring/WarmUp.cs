using System.Diagnostics;
using System.Runtime;

namespace Slerp.Benchmarks.Measuring;

/// <summary>What goes before a measurement: .NET compiles hot methods again while they run, on a thread of its own, and with two cores that takes a third of the speed for the first seconds.</summary>
internal static class WarmUp
{
    private const double QuietShare = 0.03;
    // Compilation for good begins a tenth of a second after the first round of it has ended: silence before that says nothing.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Telling = TimeSpan.FromSeconds(0.5);

    /// <summary>Runs what is to be measured, for a second at least, until the compiler has fallen silent.</summary>
    public static async Task RunAsync(Func<Task> runAsync)
    {
        var began = Stopwatch.GetTimestamp();
        var told = began;
        for (var run = 1; run <= 2 || Stopwatch.GetElapsedTime(began) < Longest; run++)
        {
            var start = Stopwatch.GetTimestamp();
            var compiled = JitInfo.GetCompilationTime();
            await runAsync();
            var share = (JitInfo.GetCompilationTime() - compiled) / Stopwatch.GetElapsedTime(start);
            if (run == 1 || Stopwatch.GetElapsedTime(told) > Telling)
            {
                told = Stopwatch.GetTimestamp();
                Progress.Say($"  warming up {run}: {share:P0} of the time is compilation");
            }

            if (run > 1 && share < QuietShare && Stopwatch.GetElapsedTime(began) > Shortest)
            {
                return;
            }
        }
    }

    /// <summary>The same for work that does not wait.</summary>
    public static void Run(Action run) => RunAsync(() =>
    {
        run();
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();
}
