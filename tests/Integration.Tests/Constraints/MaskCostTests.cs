using System.Diagnostics;
using System.Text.Json;
using Slerp.Engine.Constraints;
using Slerp.Engine.Constraints.Grammars;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Constraints;

/// <summary>What a mask costs, and that it says what stepping says, on a real vocabulary.</summary>
[Collection(TimedConstraintTests.Name)]
public sealed class MaskCostTests(ITestOutputHelper output)
{
    [SharedDataFact]
    public void Masks_OnQwen2_CostLittleAndAgreeWithStepping()
    {
        var tokens = Qwen2Vocabulary.ReadTokens();
        var watch = Stopwatch.StartNew();
        var vocabulary = Qwen2Vocabulary.Build(tokens);
        output.WriteLine($"vocabulary built in {watch.Elapsed.TotalMilliseconds:F0} ms");

        // A schema compiled anew finds nothing in the cache. Of three rounds the best counts: in the first the runtime still compiles the code,
        // and processor time includes what the runtime does beside.
        foreach (var (name, schema, text) in SchemaCases.All)
        {
            output.WriteLine($"{name}: best mean of three rounds {Enumerable.Range(0, 3).Min(round => Measure($"{name} (round {round})", vocabulary, schema, tokens, text)):F3} ms a token");
        }
    }

    private double Measure(string name, ConstraintVocabulary vocabulary, string schema, byte[][] tokens, string text)
    {
        using var document = JsonDocument.Parse(schema);
        var constraint = new Constraint(Grammar.Schema(JsonSchemaCompiler.Compile(document.RootElement, SchemaLimits.Default)), vocabulary, SchemaLimits.Default);
        var state = constraint.Start;
        var costs = new List<double>();
        var steps = new List<double>();
        var random = new Random(5);
        var checks = 0;
        var slowest = (0d, "");
        foreach (var token in Qwen2Vocabulary.Cut(tokens, text).Append(Qwen2Vocabulary.EndToken))
        {
            // Processor time, not elapsed time: other work on the machine is not the mask's cost.
            var start = Environment.CpuUsage.TotalTime;
            var mask = constraint.Allowed(state);
            costs.Add((Environment.CpuUsage.TotalTime - start).TotalMilliseconds);
            if (costs[^1] > slowest.Item1)
            {
                slowest = (costs[^1], token < tokens.Length ? System.Text.Encoding.UTF8.GetString(tokens[token]) : "end");
            }

            for (var i = 0; i < 200; i++)
            {
                var probe = random.Next(vocabulary.Size);
                checks++;
                Assert.True(mask.Allows(probe) == constraint.Next(state, probe) is not null, $"{name}: token {probe}");
            }

            Assert.True(mask.Allows(token), $"{name}: token {token} should be allowed");
            start = Environment.CpuUsage.TotalTime;
            state = constraint.Next(state, token)!;
            steps.Add((Environment.CpuUsage.TotalTime - start).TotalMilliseconds);
        }

        Assert.True(state.HasEnded);
        var mean = costs.Average();
        costs.Sort();
        output.WriteLine($"{name}: {costs.Count} tokens, mask mean {mean:F3} ms, p50 {costs[costs.Count / 2]:F3}, p90 {costs[costs.Count * 9 / 10]:F3}, max {costs[^1]:F2} before {slowest.Item2}; step mean {steps.Average():F4} ms; {checks:N0} token verdicts equal; masks asked/computed {vocabulary.MaskCounts}");
        return mean;
    }
}
