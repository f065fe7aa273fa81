using System.CommandLine;
using System.Diagnostics;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Verbs;

/// <summary>What verifying M rows costs: the time of a step of M rows over that of one row. It decides how much speculation can give.</summary>
internal sealed class VerifyCostVerb() : Verb("verify-cost", "A step of M rows over a step of one row.")
{
    // Heuristics: about 60 ms in each measurement tells steps from the clock and from other work on the machine; words have lengths, and a text of so many
    // tokens more is long enough.
    private const double MeasuredSeconds = 0.06;
    private const int WarmUpSteps = 4;
    private const int Spare = 8;

    private readonly Option<int[]> _rows = new Option<int[]>("--rows")
    {
        DefaultValueFactory = _ => [2, 4, 6, 8, 12, 16, 32, 64],
        AllowMultipleArgumentsPerToken = true,
        Description = "Rows to measure.",
    }.AtLeast(1);

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_rows];

    /// <inheritdoc />
    protected override Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var rows = parsed.GetValue(_rows)!;
        settings = settings.Holding(settings.Context + rows.Max() + Spare);
        using var decoder = BareDecoder.Load(settings.EngineOptions);
        var prompts = new PromptText(settings.Folder);
        var text = prompts.Ids(prompts.Of(settings.Context + rows.Max() + Spare, 1));
        var slot = decoder.Open(text.AsSpan(0, settings.Context));
        var draft = text[settings.Context..];
        WarmUp.Run(() =>
        {
            foreach (var count in rows.Prepend(1))
            {
                Time(decoder, slot, draft, count, WarmUpSteps);
            }
        });
        // Counted once the process is warm: cold steps are several times longer, and so few of them would be measured.
        var steps = (int)Math.Clamp(MeasuredSeconds / Time(decoder, slot, draft, 1, WarmUpSteps), 2, 500);
        Figure.Print("verify-cost", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("rows", 1), ("cost", 1.0), ("step_ms", Time(decoder, slot, draft, 1, steps) * 1000));
        foreach (var count in rows.Where(static count => count > 1))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var repeats = Math.Max(2, steps / (1 + (count / 8)));
            Samples costs = new(), times = new();
            Time(decoder, slot, draft, count, 2);
            var before = Time(decoder, slot, draft, 1, steps);
            for (var pair = 0; pair < settings.Pairs; pair++)
            {
                var many = Time(decoder, slot, draft, count, repeats);
                var after = Time(decoder, slot, draft, 1, steps);
                costs.Add(many / ((before + after) / 2));
                times.Add(many);
                before = after;
            }

            Figure.Print(
                "verify-cost", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("rows", count), ("cost", costs.Median), ("step_ms", times.Median * 1000),
                ("threads", settings.Threads), ("context", settings.Context), ("pairs", settings.Pairs), ("cost_min", costs.Min), ("cost_max", costs.Max));
        }

        decoder.Close(slot);
        return Task.CompletedTask;
    }

    private static double Time(BareDecoder decoder, int slot, int[] draft, int rows, int steps)
    {
        var began = Stopwatch.GetTimestamp();
        for (var step = 0; step < steps; step++)
        {
            decoder.Verify(slot, draft.AsSpan(0, rows));
        }

        return Stopwatch.GetElapsedTime(began).TotalSeconds / steps;
    }
}
