using System.Diagnostics;
using System.Globalization;

namespace Slerp.Integration.Tests.Tokenizers;

/// <summary>Processor time of the calling thread where the system tells it, else elapsed time: a busy machine fails no test.</summary>
internal static class ThreadTime
{
    private const string Statistics = "/proc/thread-self/stat";
    private const int MillisecondsPerTick = 10;

    /// <summary>Milliseconds an action takes.</summary>
    public static long Measure(Action action)
    {
        var watch = Stopwatch.StartNew();
        var before = ProcessorTime();
        action();
        return before is { } start ? ProcessorTime()!.Value - start : watch.ElapsedMilliseconds;
    }

    private static long? ProcessorTime()
    {
        if (!File.Exists(Statistics))
        {
            return null;
        }

        // Fields 14 and 15 count from the process name, which ends at the last parenthesis.
        var text = File.ReadAllText(Statistics);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return MillisecondsPerTick * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture));
    }
}
