using System.Text;
using System.Text.Json;
using Slerp.Engine;
using Slerp.Engine.Constraints;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Constraints;

/// <summary>Hostile schemas end in success or a typed error, within a second and 64 MiB.</summary>
[Collection(TimedConstraintTests.Name)]
public sealed class MalformedSchemaTests(ITestOutputHelper output)
{
    private const long MostBytes = 64L << 20;

    [SharedDataFact]
    public void EveryCase_CompilesOrIsRefused_WithinTimeAndMemory()
    {
        var (passed, slowest, largest) = (0, 0d, 0L);
        using var cases = JsonDocument.Parse(File.ReadAllText(SharedData.Path("malformed", "json_schema_cases.json")));
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            var name = item.GetProperty("name").GetString()!;
            using var schema = JsonDocument.Parse(Generate(name) ?? item.GetProperty("schema").GetRawText(), new JsonDocumentOptions { MaxDepth = 10_000 });
            var bytes = GC.GetAllocatedBytesForCurrentThread();

            // Processor time: a busy machine is not the schema's fault.
            var start = Environment.CpuUsage.TotalTime;
            var result = Outcome(schema.RootElement);
            var elapsed = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
            output.WriteLine($"{name}: {elapsed * 1000:F1} ms, {bytes / 1048576.0:F1} MiB allocated, {result}");
            Assert.True(elapsed < 1, $"{name} took {elapsed:F2} s");
            Assert.True(bytes < MostBytes, $"{name} allocated {bytes:N0} bytes");
            var expected = item.GetProperty("expected").GetString()!;
            Assert.True(!expected.StartsWith("accept", StringComparison.Ordinal) || result == "accepted", $"{name}: {result}");
            Assert.True(!expected.StartsWith("error", StringComparison.Ordinal) || result != "accepted", $"{name} should be refused");
            (passed, slowest, largest) = (passed + 1, Math.Max(slowest, elapsed), Math.Max(largest, bytes));
        }

        output.WriteLine($"{passed} cases, slowest {slowest * 1000:F0} ms, most {largest / 1048576.0:F1} MiB");
    }

    private static string Outcome(JsonElement schema)
    {
        try
        {
            var automaton = JsonSchemaCompiler.Compile(schema, SchemaLimits.Default);
            var whole = SchemaAutomaton.Completion(automaton.Start);
            return automaton.Next(automaton.Start, whole) is { IsComplete: true } ? "accepted" : "accepted, but cannot be completed";
        }
        catch (ConstraintException refusal)
        {
            return $"{refusal.Failure}: {refusal.Message}";
        }
    }

    /// <summary>The cases that are described rather than spelled out.</summary>
    private static string? Generate(string name)
    {
        switch (name)
        {
            case "enum_100k":
                return "{\"enum\":[" + string.Join(',', Enumerable.Range(0, 100_000).Select(number => $"\"value number {number}\"")) + "]}";
            case "optional_5000" or "properties_5000" or "optional_properties_5000":
                return "{\"type\":\"object\",\"properties\":{" + string.Join(',', Enumerable.Range(0, 5_000).Select(number => $"\"p{number}\":{{\"type\":\"string\"}}")) + "}}";
            case "deep_nest_2000":
                var nested = new StringBuilder();
                for (var depth = 0; depth < 2_000; depth++)
                {
                    nested.Append("{\"properties\":{\"a\":");
                }

                return nested.Append("true").Append(string.Concat(Enumerable.Repeat("}}", 2_000))).ToString();
            default:
                return null;
        }
    }
}
