using System.Text.Json;
using FsCheck.Fluent;
using Slerp.Engine.Constraints;
using Slerp.Engine.Constraints.Grammars;

namespace Slerp.Engine.Tests.Constraints;

/// <summary>Masks against stepping: a token is allowed exactly if the state after it exists.</summary>
public sealed class TokenMaskTests
{
    [Fact]
    public void Mask_RandomSchemaAndWalk_IsWhatSteppingSays() =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
            seed =>
            {
                var source = new SchemaSource(seed);
                var schema = (seed % 4) switch { 0 => source.RecursiveSchema(), 1 => "true", _ => source.Schema() };
                var limits = seed % 2 == 0 ? SchemaLimits.Default : SchemaLimits.Validation;
                if (CompileOrNull(schema, limits) is not { } automaton)
                {
                    return;
                }

                var vocabulary = ToyVocabulary.Create();
                var constraint = new Constraint(Grammar.Schema(automaton), vocabulary, limits);
                var random = new Random(seed);
                var state = constraint.Start;
                var taken = new List<int>();
                for (var length = 0; length < 25 && !state.HasEnded; length++)
                {
                    var mask = constraint.Allowed(state);
                    var allowed = new List<int>();
                    for (var token = 0; token < ToyVocabulary.Size; token++)
                    {
                        var next = constraint.Next(state, token);
                        Assert.True(mask.Allows(token) == next is not null, $"{schema} after {ToyVocabulary.Text(taken)}: token {token}");
                        if (next is not null)
                        {
                            allowed.Add(token);
                        }
                    }

                    Assert.True(allowed.Count > 0, $"{schema} after {ToyVocabulary.Text(taken)}: nothing is allowed");
                    var longer = allowed.Where(token => token >= 256).ToList();
                    taken.Add(longer.Count > 0 && random.Next(3) > 0 ? longer[random.Next(longer.Count)] : allowed[random.Next(allowed.Count)]);
                    state = constraint.Next(state, taken[^1])!;
                    AssertCompletes(constraint, state, schema);
                }
            }).Holds(300);

    [Fact]
    public void Mask_FreeKeys_AreExactAboutRepetition()
    {
        var constraint = new Constraint(Grammar.Schema(JsonSchemaCompiler.AnyObject(SchemaLimits.Default)), ToyVocabulary.Create(), SchemaLimits.Default);
        var state = constraint.Start;
        foreach (var token in new[] { "{\"", "a\":", "1", ",", "\"" })
        {
            state = constraint.Next(state, ToyVocabulary.Id(token))!;
        }

        var mask = constraint.Allowed(state);
        Assert.False(mask.Allows(ToyVocabulary.Id("a\":")));
        Assert.True(mask.Allows(ToyVocabulary.Id("b\":1")));
        Assert.True(mask.Allows(ToyVocabulary.Id("ab")));
        Assert.True(mask.Allows(ToyVocabulary.Id("\":")));
        state = constraint.Next(state, ToyVocabulary.Id("b"))!;
        Assert.False(constraint.Allowed(state).Allows(ToyVocabulary.Id("\":1,\"a\":2")));
    }

    [Fact]
    public void Ids_OutsideTheVocabulary_AreNeverAllowed()
    {
        var constraint = new Constraint(Grammar.Schema(Automata.Compile("true")), ToyVocabulary.Create(), SchemaLimits.Default);
        foreach (var token in new[] { -1, int.MinValue, ToyVocabulary.Size, int.MaxValue })
        {
            Assert.Null(constraint.Next(constraint.Start, token));
            Assert.False(constraint.Allowed(constraint.Start).Allows(token));
        }
    }

    [Fact]
    public void EndToken_IsAllowedExactlyWhereTheAnswerIsComplete()
    {
        var constraint = new Constraint(Grammar.Schema(Automata.Compile("""{"type":"integer"}""")), ToyVocabulary.Create(), SchemaLimits.Default);
        Assert.False(constraint.Allowed(constraint.Start).Allows(ToyVocabulary.EndToken));
        var state = constraint.Next(constraint.Start, ToyVocabulary.Id("12"))!;
        Assert.True(constraint.Allowed(state).Allows(ToyVocabulary.EndToken));
        var ended = constraint.Next(state, ToyVocabulary.EndToken)!;
        Assert.True(ended.HasEnded);
        Assert.Equal(1, constraint.Allowed(ended).Count);
        Assert.Null(constraint.Next(ended, ToyVocabulary.Id("1")));
    }

    [Fact]
    public void Masks_AreKeptByStateValue_WithinTheirBound()
    {
        var vocabulary = new ConstraintVocabulary(ToyVocabulary.Size, token => token < ToyVocabulary.Tokens.Length ? ToyVocabulary.Tokens[token] : default(ReadOnlyMemory<byte>), [], [], cacheBytes: 4_000);
        var constraint = new Constraint(Grammar.Schema(Automata.Compile("""{"type":"array","items":{"type":"string","maxLength":5000}}""")), vocabulary, SchemaLimits.Default);
        var state = constraint.Start;
        foreach (var token in new[] { "[\"", "a", "abc", "x y", "abc" })
        {
            state = constraint.Next(state, ToyVocabulary.Id(token))!;
            constraint.Allowed(state);
        }

        Assert.Equal((5, 1), vocabulary.MaskCounts);
        for (var i = 0; i < 20; i++)
        {
            state = constraint.Next(state, ToyVocabulary.Id(i % 2 == 0 ? "\"" : ",\n  "))!;
            state = i % 2 == 0 ? state : constraint.Next(state, ToyVocabulary.Id("\""))!;
            constraint.Allowed(state);
        }

        Assert.InRange(vocabulary.MaskBytes, 1, 4_000);
    }

    [Fact]
    public void Apply_SetsEverythingElseToMinusInfinity()
    {
        var mask = new TokenMask(130);
        mask.Add(0);
        mask.Add(129);
        var logits = new float[140];
        mask.Apply(logits);
        Assert.Equal([0, 129], Enumerable.Range(0, 140).Where(token => logits[token] == 0));
        Assert.All(logits.Skip(130), logit => Assert.Equal(float.NegativeInfinity, logit));
    }

    private static void AssertCompletes(Constraint constraint, ConstraintState state, string schema)
    {
        var end = state;
        foreach (var token in constraint.Completion(state))
        {
            end = constraint.Next(end, token);
            Assert.True(end is not null, $"{schema}: the completion is refused");
        }

        Assert.True(Constraint.IsComplete(end!), $"{schema}: the completion does not complete");
        Assert.True(constraint.FitsWithin(state, constraint.Completion(state).Count));
    }

    private static SchemaAutomaton? CompileOrNull(string schema, SchemaLimits limits)
    {
        using var document = JsonDocument.Parse(schema);
        try
        {
            return JsonSchemaCompiler.Compile(document.RootElement, limits);
        }
        catch (ConstraintException refusal) when (refusal.Failure is ConstraintFailure.Unsatisfiable)
        {
            return null;
        }
    }
}
