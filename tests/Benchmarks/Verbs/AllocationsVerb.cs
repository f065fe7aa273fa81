using System.CommandLine;
using Slerp.Benchmarks.Measuring;
using Slerp.Engine;
using Slerp.Engine.Decoding;
using Slerp.Engine.Scheduling;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Bytes the engine thread allocates in a vanilla greedy step once it runs steadily.</summary>
/// <remarks>The real loop, step and reader; what lies between two forward passes, both included, is one step.</remarks>
internal sealed class AllocationsVerb() : Verb("allocations", "Managed bytes allocated on the engine thread per vanilla greedy step in steady state.")
{
    private const int WarmUpSteps = 64;

    private readonly Option<int> _tokens = new Option<int>("--tokens") { DefaultValueFactory = _ => 256, Description = "Steps measured." }.AtLeast(1);

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_tokens];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var steps = parsed.GetValue(_tokens) + WarmUpSteps;
        settings = settings.Holding(settings.Context + steps + 2);
        using var model = LoadedModel.Load(settings.EngineOptions, null, TimeProvider.System, cancellationToken);
        var probe = new AllocationProbe(model.Decoder, steps + 2);
        using var loop = new EngineLoop(new DecodeStep(probe, model.Cache, model.Workspace, model.Prices), model.Cache, model.Prefixes, new EngineLoopLimits(4, 4, 512));
        loop.Start();
        var prompts = new PromptText(settings.Folder);
        var prompt = prompts.Ids(prompts.Of(settings.Context, 1));
        // No end token: the answer is as long as it is asked to be.
        var stop = new StopRules(model.Tokenizer, new HashSet<int>(), steps + 2, []);
        var sequence = new Sequence(
            prompt, SamplingMode.Greedy.Instance, Penalties.None, steps + 2, stop, new SequenceClock(TimeProvider.System), drafter: null, constraint: null);
        loop.Submit(sequence);
        await using (var generation = new EngineGeneration(sequence, loop, model.Tokenizer))
        {
            while ((await generation.NextAsync(GenerationMode.Vanilla, cancellationToken)).Finish is null)
            {
                generation.Accept();
            }
        }

        loop.Stop();
        await loop.Stopped;
        Print(settings, probe);
    }

    private static void Print(BenchSettings settings, AllocationProbe probe)
    {
        var (total, most, dirty, steps) = (0L, 0L, 0, 0);
        for (var index = WarmUpSteps; index + 1 < probe.Calls; index++, steps++)
        {
            var bytes = probe.Between(index);
            total += bytes;
            most = Math.Max(most, bytes);
            if (bytes > 0)
            {
                dirty++;
                Progress.Say($"  step {index}: {bytes} bytes");
            }
        }

        Figure.Print(
            "allocations", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("threads", settings.Threads), ("bytes_per_step", (double)total / steps),
            ("steps", steps), ("steps_that_allocate", dirty), ("most_bytes_in_a_step", most));
    }
}
