using System.Text;
using System.Text.Json;
using Slerp.Engine;
using Slerp.Engine.Constraints;

namespace Slerp.Tests.Shared.Engine;

/// <summary>What the automaton says of the JSON-Schema-Test-Suite, draft 2020-12.</summary>
/// <param name="Accepted">Groups whose schema is accepted.</param>
/// <param name="Unsatisfiable">Those among them that nothing satisfies.</param>
/// <param name="Texts">Spellings of instances that were checked.</param>
/// <param name="Wrong">Those whose verdict differs from the suite's.</param>
/// <param name="Refused">Groups refused, by keyword or reason.</param>
/// <param name="Remarks">Refusals for another reason than a keyword that is not supported.</param>
/// <param name="CompileMilliseconds">Processor time of every compilation, in order of length.</param>
internal sealed record JsonSchemaSuite(
    int Accepted,
    int Unsatisfiable,
    int Texts,
    IReadOnlyList<string> Wrong,
    IReadOnlyDictionary<string, int> Refused,
    IReadOnlyList<string> Remarks,
    IReadOnlyList<double> CompileMilliseconds)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The time that all but one compilation in a hundred stay below.</summary>
    public double CompileP99 => CompileMilliseconds[CompileMilliseconds.Count * 99 / 100];

    /// <summary>Runs the suite in a folder.</summary>
    public static JsonSchemaSuite Run(string root)
    {
        var (accepted, texts, unsatisfiable) = (0, 0, 0);
        var (wrong, remarks, times) = (new List<string>(), new List<string>(), new List<double>());
        var refused = new SortedDictionary<string, int>(StringComparer.Ordinal);
        WarmUp();
        foreach (var (name, group) in Groups(root))
        {
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
                    remarks.Add($"refused {name}: {refusal.Message}");
                }

                continue;
            }
            finally
            {
                times.Add((Environment.CpuUsage.TotalTime - start).TotalMilliseconds);
            }

            accepted++;
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                foreach (var text in Spellings(test.GetProperty("data")))
                {
                    texts++;
                    var verdict = automaton is not null && automaton.Next(automaton.Start, Encoding.UTF8.GetBytes(text)) is { IsComplete: true };
                    if (verdict != test.GetProperty("valid").GetBoolean())
                    {
                        wrong.Add($"{name} / {test.GetProperty("description").GetString()}: {text} gave {verdict}");
                    }
                }
            }
        }

        times.Sort();
        return new JsonSchemaSuite(accepted, unsatisfiable, texts, wrong, refused, remarks, times);
    }

    private static IEnumerable<(string Name, JsonElement Group)> Groups(string root)
    {
        foreach (var file in Directory.EnumerateFiles(root, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            // These files presume that format asserts; by the specification, and where a text is only checked, it annotates unless a dialect says otherwise.
            if (file.Contains(Path.Combine("optional", "format"), StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var group in JsonElement.Parse(File.ReadAllText(file)).EnumerateArray())
            {
                yield return ($"{Path.GetRelativePath(root, file)}: {group.GetProperty("description").GetString()}", group);
            }
        }
    }

    /// <summary>Compiles one small schema, so that the times are the compiler's and not the runtime's first call.</summary>
    private static void WarmUp() => JsonSchemaCompiler.Compile(
        JsonElement.Parse("""{"type":"object","properties":{"a":{"pattern":"^a$","anyOf":[{"minimum":1},{"enum":["a",{"b":[1]}]}]}},"required":["a"]}"""), SchemaLimits.Validation);

    /// <summary>The instance as compact text, with every string character escaped, and laid out with whitespace.</summary>
    private static IEnumerable<string> Spellings(JsonElement data)
    {
        yield return Write(data, escapeAll: false);
        yield return Write(data, escapeAll: true);
        yield return JsonSerializer.Serialize(data, Indented);
    }

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
