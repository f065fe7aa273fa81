using System.Text;
using System.Text.Json;
using Slerp.Engine;
using Slerp.Engine.Constraints;
using Slerp.Tests.Shared;
using Xunit.Abstractions;

namespace Slerp.Integration.Tests.Constraints;

/// <summary>The automaton's verdict against the JSON-Schema-Test-Suite, draft 2020-12.</summary>
[Collection(TimedConstraintTests.Name)]
public sealed class JsonSchemaTestSuiteTests(ITestOutputHelper output)
{
    [SharedDataFact]
    public void EveryAcceptedGroup_GivesTheSuitesVerdict()
    {
        var root = SharedData.Path("json_schema", "json_schema_test_suite", "tests", "draft2020-12");
        var (accepted, tests, unsatisfiable) = (0, 0, 0);
        var wrong = new List<string>();
        var refused = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var compileTimes = new List<double>();
        WarmUp();
        foreach (var file in Directory.EnumerateFiles(root, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            // These files presume that format asserts; by the specification, and here, it annotates unless a dialect says otherwise.
            if (file.Contains(Path.Combine("optional", "format"), StringComparison.Ordinal))
            {
                continue;
            }

            using var document = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var group in document.RootElement.EnumerateArray())
            {
                var name = $"{Path.GetRelativePath(root, file)}: {group.GetProperty("description").GetString()}";
                SchemaAutomaton? automaton = null;
                var start = Environment.CpuUsage.TotalTime;
                try
                {
                    automaton = JsonSchemaCompiler.Compile(group.GetProperty("schema"), SchemaLimits.Validation);
                }
                catch (ConstraintException refusal) when (refusal.Failure is ConstraintFailure.Unsatisfiable)
                {
                    unsatisfiable++;
                }
                catch (ConstraintException refusal)
                {
                    var reason = refusal.Keyword ?? refusal.Failure.ToString();
                    refused[reason] = refused.GetValueOrDefault(reason) + 1;
                    if (refusal.Failure is not ConstraintFailure.UnsupportedKeyword || refusal.Keyword is "$ref")
                    {
                        output.WriteLine($"refused {name}: {refusal.Message}");
                    }

                    continue;
                }
                finally
                {
                    compileTimes.Add((Environment.CpuUsage.TotalTime - start).TotalMilliseconds);
                }

                accepted++;
                foreach (var test in group.GetProperty("tests").EnumerateArray())
                {
                    foreach (var text in Spellings(test.GetProperty("data")))
                    {
                        tests++;
                        var verdict = automaton is not null
                            && automaton.Next(automaton.Start, Encoding.UTF8.GetBytes(text)) is { } state
                            && state.IsComplete;
                        if (verdict != test.GetProperty("valid").GetBoolean())
                        {
                            wrong.Add($"{name} / {test.GetProperty("description").GetString()}: {text} gave {verdict}");
                        }
                    }
                }
            }
        }

        compileTimes.Sort();
        output.WriteLine($"accepted groups {accepted} (of which satisfied by nothing {unsatisfiable}), refused groups {refused.Values.Sum()}, texts checked {tests}, wrong {wrong.Count}");
        output.WriteLine("refused by: " + string.Join(", ", refused.Select(entry => $"{entry.Key} {entry.Value}")));
        output.WriteLine($"compile, processor ms: p50 {compileTimes[compileTimes.Count / 2]:F2}, p99 {compileTimes[compileTimes.Count * 99 / 100]:F2}, max {compileTimes[^1]:F2}");
        Assert.Empty(wrong);
        Assert.True(compileTimes[compileTimes.Count * 99 / 100] < 100);
    }

    /// <summary>Compiles one small schema, so that the times below are the compiler's and not the runtime's first call.</summary>
    private static void WarmUp()
    {
        using var document = JsonDocument.Parse("""{"type":"object","properties":{"a":{"pattern":"^a$","anyOf":[{"minimum":1},{"enum":["a",{"b":[1]}]}]}},"required":["a"]}""");
        JsonSchemaCompiler.Compile(document.RootElement, SchemaLimits.Validation);
    }

    /// <summary>The instance as compact text, with every string character escaped, and laid out with whitespace.</summary>
    private static IEnumerable<string> Spellings(JsonElement data)
    {
        yield return Write(data, escapeAll: false);
        yield return Write(data, escapeAll: true);
        yield return JsonSerializer.Serialize(data, Indented);
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static string Write(JsonElement value, bool escapeAll) => value.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', value.EnumerateObject().Select(p => Quote(p.Name, escapeAll) + ":" + Write(p.Value, escapeAll))) + "}",
        JsonValueKind.Array => "[" + string.Join(',', value.EnumerateArray().Select(item => Write(item, escapeAll))) + "]",
        JsonValueKind.String => escapeAll ? Quote(value.GetString()!, true) : value.GetRawText(),
        _ => value.GetRawText(),
    };

    private static string Quote(string text, bool escapeAll) =>
        escapeAll ? "\"" + string.Concat(text.Select(unit => $"\\u{(int)unit:X4}")) + "\"" : JsonSerializer.Serialize(text);
}
