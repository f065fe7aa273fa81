using Slerp.Engine.Constraints;
using Slerp.Engine.Constraints.Grammars;
using Slerp.Engine.Decoding;
using Slerp.Engine.Sampling;
using Slerp.Engine.Tests.Constraints;
using Slerp.Engine.Tests.Doubles;

namespace Slerp.Engine.Tests.Decoding;

public sealed class ConstrainedChoiceTests
{
    private static readonly int Digit = ToyVocabulary.Id("7");

    [Fact]
    public void Pick_IsTheBestOfWhatIsAllowed()
    {
        var choice = Create(Grammar.Literal("ab"));
        Assert.Equal(ToyVocabulary.Id("a"), choice.Pick(Preferring(Digit, ToyVocabulary.Id("a")), 0, position: 1, tokensLeft: 2000));
        Assert.Equal(ToyVocabulary.Id("ab"), choice.Pick(Preferring(Digit, ToyVocabulary.Id("ab")), 0, position: 1, tokensLeft: 2000));
    }

    [Fact]
    public void AnswerNearItsLimit_IsClosedInTime()
    {
        // The model would write digits for ever.
        var choice = Create(Grammar.Schema(Automata.Compile("""{"type":"array","items":{"type":"integer"},"minItems":1}""")));
        Assert.Equal("[7777]", Answer(choice, tokens: 6));
    }

    [Fact]
    public void Restart_ForgetsTheAnswer_AndItsClosing()
    {
        var choice = Create(Grammar.Schema(Automata.Compile("""{"type":"array","items":{"type":"integer"},"minItems":1}""")));
        Answer(choice, tokens: 3);
        choice.Restart();
        Assert.Equal("[77777777]", Answer(choice, tokens: 10));
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(8, false)]
    public void TextNearItsLimit_BeginsNoCallThatCouldNotBeCompleted(int tokens, bool calls)
    {
        var call = ToyVocabulary.Id("<call>");
        foreach (var token in (int?[])[null, ToyVocabulary.CallToken])
        {
            var choice = Create(Grammar.FreeTextUntil("<call>"u8, Grammar.Literal("7777777!"), token));
            Assert.Equal(calls ? token ?? call : Digit, choice.Pick(Preferring(token ?? call, Digit), 0, position: 1, tokens));
        }

        // Where nothing else is left, the text ends.
        var vocabulary = new ConstraintVocabulary(2, static _ => new[] { (byte)'a' }, [], [1]);
        var ends = new ConstrainedChoice(
            new Constraint(Grammar.FreeTextUntil("a"u8, Grammar.Literal("a")), vocabulary, SchemaLimits.Default), new TokenChoice(SamplingMode.Greedy.Instance, Penalties.None, [0]));
        Assert.Equal(1, ends.Pick(new FixedOutput([1, 0]), 0, position: 1, tokensLeft: 1));
    }

    [Fact]
    public void VocabularyThatCannotSpellTheAnswer_IsRefused_WithHowFarItCame()
    {
        var vocabulary = new ConstraintVocabulary(2, static token => new[] { token == 0 ? (byte)'a' : (byte)'b' }, [], []);
        var choice = new ConstrainedChoice(
            new Constraint(Grammar.Literal("ac"), vocabulary, SchemaLimits.Default), new TokenChoice(SamplingMode.Greedy.Instance, Penalties.None, [0]));
        choice.Take(0);
        var refusal = Assert.Throws<ConstraintException>(() => choice.Pick(new FixedOutput([0, 0]), 0, position: 2, tokensLeft: 2000));
        Assert.Contains("after 1 tokens", refusal.Message, StringComparison.Ordinal);
    }

    private static ConstrainedChoice Create(Grammar grammar) => new(
        new Constraint(grammar, ToyVocabulary.Create(), SchemaLimits.Default), new TokenChoice(SamplingMode.Greedy.Instance, Penalties.None, [0]));

    private static FixedOutput Preferring(params int[] tokens)
    {
        var logits = new float[ToyVocabulary.Size];
        for (var index = 0; index < tokens.Length; index++)
        {
            logits[tokens[index]] = tokens.Length - index;
        }

        return new FixedOutput(logits);
    }

    private static string Answer(ConstrainedChoice choice, int tokens)
    {
        var output = Preferring(Digit, ToyVocabulary.Id("["));
        var answer = new List<int>();
        for (var left = tokens; left > 0; left--)
        {
            var token = choice.Pick(output, 0, position: 1 + answer.Count, left);
            if (token == ToyVocabulary.EndToken)
            {
                break;
            }

            choice.Take(token);
            answer.Add(token);
        }

        return ToyVocabulary.Text(answer);
    }
}
