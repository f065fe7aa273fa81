using System.Diagnostics;
using System.Text.Json;
using Slerp.Engine.Constraints;
using Slerp.Engine.Constraints.Grammars;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Constraints;

/// <summary>What a mask costs, and that it says what stepping says, on a real vocabulary.</summary>
[Collection(TimedConstraintTests.Name)]
public sealed class MaskCostTests(ITestOutputHelper output)
{
    private const string OrderSchema = """
        {"type":"object","properties":{
          "id":{"type":"integer","minimum":1,"maximum":999999},
          "customer":{"type":"object","properties":{"name":{"type":"string","minLength":1,"maxLength":80},"email":{"type":"string","pattern":"^[^@ ]+@[^@ ]+$"},"vip":{"type":"boolean"}},"required":["name","email"],"additionalProperties":false},
          "lines":{"type":"array","items":{"type":"object","properties":{"sku":{"type":"string","pattern":"^[A-Z]{3}-[0-9]{4}$"},"title":{"type":"string"},"quantity":{"type":"integer","minimum":1},"price":{"type":"number","minimum":0}},"required":["sku","title","quantity","price"],"additionalProperties":false}},
          "status":{"enum":["open","paid","shipped","returned"]},
          "note":{"anyOf":[{"type":"string"},{"type":"null"}]}},
         "required":["id","customer","lines","status"],"additionalProperties":false}
        """;

    private const string Order = """
        {"id": 48213, "customer": {"name": "Margarethe Küçükoğlu-Lindström", "email": "margarethe@example.org", "vip": true}, "lines": [{"sku": "ABC-1234", "title": "A rather long description of a small blue lamp that stands on a desk and lights the page", "quantity": 2, "price": 129.95}, {"sku": "XYZ-0001", "title": "Replacement bulb, warm white, \"E27\" socket", "quantity": 10, "price": 3.5}, {"sku": "QQQ-7777", "title": "灯罩 (lamp shade) in paper, folded by hand", "quantity": 1, "price": 45}], "status": "shipped", "note": "Please ring twice and leave the parcel with the neighbours if nobody answers. The door code is on the label; do not write it down anywhere else, and thank you very much for your patience."}
        """;

    [SharedDataFact]
    public void Masks_OnQwen2_CostLittleAndAgreeWithStepping()
    {
        var tokens = Qwen2Vocabulary.ReadTokens();
        var watch = Stopwatch.StartNew();
        var vocabulary = Qwen2Vocabulary.Build(tokens);
        output.WriteLine($"vocabulary built in {watch.Elapsed.TotalMilliseconds:F0} ms");

        // A schema compiled anew finds nothing in the cache. Of three rounds the best counts: in the first the runtime still compiles the code,
        // and processor time includes what the runtime does beside.
        foreach (var (name, schema, text) in Cases())
        {
            output.WriteLine($"{name}: best mean of three rounds {Enumerable.Range(0, 3).Min(round => Measure($"{name} (round {round})", vocabulary, schema, tokens, text)):F3} ms a token");
        }
    }

    private static IEnumerable<(string Name, string Schema, string Text)> Cases() =>
    [
        ("order schema", OrderSchema, Order.Trim()),
        ("any JSON object", """{"type":"object"}""", Order.Trim()),
        ("any JSON, pretty", "true", JsonSerializer.Serialize(JsonDocument.Parse(Order).RootElement, Indented)),
    ];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
