using System.CommandLine;
using System.Diagnostics;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Processor time of a process that holds a loaded model and has nothing to do.</summary>
internal sealed class IdleVerb() : Verb("idle", "CPU of an idle process with a loaded model, in percent of one core.")
{
    private readonly Option<int> _seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 10, Description = "How long to look." }.AtLeast(1);

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_seconds];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var chat = await ChatBench.LoadAsync(settings, cancellationToken);
        await chat.ContinueAsync(new PromptText(settings.Folder).Of(settings.Context, 1), 32, cancellationToken);
        // The pool spins on for a moment after work, and the runtime compiles in the background: neither is idleness.
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        using var process = Process.GetCurrentProcess();
        var (cpu, began) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(parsed.GetValue(_seconds)), cancellationToken);
        process.Refresh();
        var elapsed = Stopwatch.GetElapsedTime(began);
        Figure.Print(
            "idle", ("shape", settings.Shape.Name), ("threads", settings.Threads), ("cpu_percent", (process.TotalProcessorTime - cpu) / elapsed * 100), ("seconds", elapsed.TotalSeconds));
    }
}
