using System.Text.Json;
using Slerp.Benchmarks.Measuring;
using Slerp.Engine.Constraints;
using Slerp.Engine.Constraints.Grammars;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Benchmarks.Schemas;

/// <summary>What masks over a published vocabulary cost beside a decode step.</summary>
internal static class MaskCost
{
    private const int Rounds = 3;
    private const int StepTokens = 24;

    /// <summary>Prints a line per schema: mean processor time of a mask, over the time of a decode step of the checkpoint measured just before and after.</summary>
    public static async Task PrintAsync(BenchSettings step, CancellationToken cancellationToken)
    {
        if (SharedData.Root is null)
        {
            Progress.Say("SLERP_SHARED_DATA is not set: the cost of masks over the Qwen2 vocabulary and the JSON-Schema-Test-Suite are left out.");
            return;
        }

        var before = await StepMillisecondsAsync(step, cancellationToken);
        var tokens = Qwen2Vocabulary.ReadTokens();
        var vocabulary = Qwen2Vocabulary.Build(tokens);
        var costs = SchemaCases.All.Select(item => (item.Name, Milliseconds: Enumerable.Range(0, Rounds).Min(_ => Measure(vocabulary, item.Schema, tokens, item.Text)))).ToList();
        var after = await StepMillisecondsAsync(step, cancellationToken);
        foreach (var (name, milliseconds) in costs)
        {
            Figure.Print(
                "mask-cost", ("schema", name), ("vocabulary", "qwen2"), ("mask_ms", milliseconds), ("step_shape", step.Shape.Name), ("format", step.FormatName),
                ("threads", step.Threads), ("step_ms", (before + after) / 2), ("share_of_step", milliseconds / ((before + after) / 2)), ("step_spread", Math.Abs(before - after) / Math.Min(before, after)));
        }
    }

    private static async Task<double> StepMillisecondsAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var chat = await ChatBench.LoadAsync(settings, cancellationToken);
        var prompts = new PromptText(settings.Folder);
        var samples = new Samples();
        for (var pass = 0; pass <= settings.Pairs; pass++)
        {
            var stats = await chat.ContinueAsync(prompts.Of(settings.Context, pass), StepTokens, cancellationToken);
            if (pass > 0 && stats.Steps > 0)
            {
                samples.Add(stats.DecodeTime.TotalMilliseconds / stats.Steps);
            }
        }

        return samples.Median;
    }

    // A schema compiled anew finds nothing in the cache. Processor time, not elapsed time: other work on the machine is not the mask's cost.
    private static double Measure(ConstraintVocabulary vocabulary, string schema, byte[][] tokens, string text)
    {
        var constraint = new Constraint(Grammar.Schema(JsonSchemaCompiler.Compile(JsonElement.Parse(schema), SchemaLimits.Default)), vocabulary, SchemaLimits.Default);
        var (state, time, masks) = (constraint.Start, TimeSpan.Zero, 0);
        foreach (var token in Qwen2Vocabulary.Cut(tokens, text).Append(Qwen2Vocabulary.EndToken))
        {
            var start = Environment.CpuUsage.TotalTime;
            _ = constraint.Allowed(state);
            time += Environment.CpuUsage.TotalTime - start;
            masks++;
            state = constraint.Next(state, token) ?? throw new InvalidOperationException($"Token {token} of the text is refused by its schema.");
        }

        return time.TotalMilliseconds / masks;
    }
}
