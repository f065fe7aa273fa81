using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Slerp.Engine.Constraints;

namespace Slerp.Engine.Tests.Constraints;

/// <summary>Laws of the automaton over random schemas and values.</summary>
public sealed class SchemaAutomatonProperties
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    [Fact]
    public void Verdict_RandomSchemaAndValues_EqualsDirectValidation() =>
        OfSchemas((_, source, schema, root) =>
        {
            var automaton = CompileOrNull(root, SchemaLimits.Validation);
            for (var i = 0; i < 12; i++)
            {
                var value = source.Value();
                using var instance = JsonDocument.Parse(value);
                var expected = SchemaOracle.IsValid(root, root, instance.RootElement);
                Assert.True(expected == Accepts(automaton, value), $"{schema}\n{value}\nexpected {expected}");
                var respelled = source.Respell(value);
                Assert.True(expected == Accepts(automaton, respelled), $"{schema}\n{respelled}\nexpected {expected}");
            }
        }).Holds(400);

    [Fact]
    public void ClosedObjects_RandomSchema_LeaveValidValues_AndAlwaysOne() =>
        OfSchemas((_, source, schema, root) =>
        {
            var open = CompileOrNull(root, SchemaLimits.Validation);
            var closed = CompileOrNull(root, SchemaLimits.Validation, forAnswers: true);
            Assert.True((open is null) == (closed is null), $"{schema}: closing its objects leaves nothing");
            for (var i = 0; i < 12; i++)
            {
                var value = source.Value();
                Assert.True(!Accepts(closed, value) || Accepts(open, value), $"{schema}\n{value}");
            }
        }).Holds(400);

    [Fact]
    public void EveryLiveState_RandomWalk_CompletesToAValidValue() =>
        OfSchemas((seed, source, schema, root) =>
        {
            var limits = seed % 2 == 0 ? SchemaLimits.Default : SchemaLimits.Validation;
            if (CompileOrNull(root, limits) is not { } automaton)
            {
                return;
            }

            var random = new Random(seed);
            var state = automaton.Start;
            var text = new List<byte>();
            for (var length = 0; length < 30; length++)
            {
                AssertCompletes(automaton, state, text, root, schema);
                var choices = Enumerable.Range(0, 256).Select(b => (Byte: (byte)b, Next: automaton.Next(state, (byte)b))).Where(choice => choice.Next is not null).ToList();
                if (choices.Count == 0)
                {
                    Assert.True(state.IsComplete, $"{schema}: dead end after {Encoding.UTF8.GetString([.. text])}");
                    return;
                }

                // Structure is preferred to the middle of strings.
                var structural = choices.Where(choice => "{}[]\",:0123456789.-ntfaeb\\u".Contains((char)choice.Byte, StringComparison.Ordinal)).ToList();
                var picked = structural.Count > 0 && random.Next(4) > 0 ? structural[random.Next(structural.Count)] : choices[random.Next(choices.Count)];
                text.Add(picked.Byte);
                state = picked.Next!;
            }
        }).Holds(100);

    [Fact]
    public void Pattern_RandomStrings_EqualsTheRuntimesRegex() =>
        Prop.ForAll(
            Seeds,
            seed =>
            {
                var random = new Random(seed);
                var pattern = RandomPattern(random, 0);
                using var document = JsonDocument.Parse(JsonSerializer.Serialize(new Dictionary<string, object> { ["type"] = "string", ["pattern"] = pattern, ["maxLength"] = 6, ["minLength"] = seed % 3 == 0 ? 2 : 0 }));
                var automaton = CompileOrNull(document.RootElement, SchemaLimits.Validation);
                for (var i = 0; i < 30; i++)
                {
                    var value = JsonSerializer.Serialize(string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => "abc"[random.Next(3)])));
                    using var instance = JsonDocument.Parse(value);
                    var expected = SchemaOracle.IsValid(document.RootElement, document.RootElement, instance.RootElement);
                    Assert.True(expected == Accepts(automaton, value), $"{pattern}: {value} expected {expected}");
                }
            }).Holds(400);

    // One property over random schemas, each with the source of its values.
    private static Property OfSchemas(Action<int, SchemaSource, string, JsonElement> law) =>
        Prop.ForAll(
            Seeds,
            seed =>
            {
                var source = new SchemaSource(seed);
                var schema = seed % 3 == 0 ? source.RecursiveSchema() : source.Schema();
                using var document = JsonDocument.Parse(schema);
                law(seed, source, schema, document.RootElement);
            });

    private static string RandomPattern(Random random, int depth) => random.Next(depth > 3 ? 4 : 11) switch
    {
        0 => "a",
        1 => "b",
        2 => "[bc]",
        3 => "[^a]",
        4 => "^" + RandomPattern(random, depth + 1),
        5 => RandomPattern(random, depth + 1) + "$",
        6 => $"(?:{RandomPattern(random, depth + 1)}|{RandomPattern(random, depth + 1)})",
        7 => $"(?:{RandomPattern(random, depth + 1)}){"*+?"[random.Next(3)]}",
        8 => $"(?:{RandomPattern(random, depth + 1)}){{{random.Next(2)},{random.Next(2, 4)}}}",
        _ => RandomPattern(random, depth + 1) + RandomPattern(random, depth + 1),
    };

    private static void AssertCompletes(SchemaAutomaton automaton, ConstraintState state, List<byte> text, JsonElement schema, string schemaText)
    {
        byte[] whole = [.. text, .. SchemaAutomaton.Completion(state)];
        var shown = Encoding.UTF8.GetString(whole);
        Assert.True(automaton.Next(automaton.Start, whole)?.IsComplete == true, $"{schemaText}: completion of {Encoding.UTF8.GetString([.. text])} is refused: {shown}");
        using var instance = JsonDocument.Parse(whole, new JsonDocumentOptions { AllowDuplicateProperties = false });
        if (!shown.Contains('e', StringComparison.OrdinalIgnoreCase))
        {
            Assert.True(SchemaOracle.IsValid(schema, schema, instance.RootElement), $"{schemaText}: completed to the invalid {shown}");
        }
    }

    private static SchemaAutomaton? CompileOrNull(JsonElement schema, SchemaLimits limits, bool forAnswers = false)
    {
        try
        {
            return JsonSchemaCompiler.Compile(schema, limits, forAnswers);
        }
        catch (ConstraintException refusal) when (refusal.Failure is ConstraintFailure.Unsatisfiable)
        {
            return null;
        }
    }

    private static bool Accepts(SchemaAutomaton? automaton, string text) =>
        automaton is not null && automaton.Next(automaton.Start, Encoding.UTF8.GetBytes(text)) is { IsComplete: true };
}
