using System.Text;
using Slerp.Engine.Constraints;
using Slerp.Engine.Constraints.Grammars;

namespace Slerp.Engine.Tests.Constraints;

public sealed class GrammarTests
{
    private const string Weather = """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""";
    private const string Add = """{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"],"additionalProperties":false}""";

    [Theory]
    [InlineData("""<call>{"name": "weather", "arguments": {"city": "Oslo"}}</call>""", true)]
    [InlineData("""<call>{"name": "add", "arguments": {"b": 1, "a": 2.5}}</call>""", true)]
    [InlineData("""<call>{"name": "add", "arguments": {"city": "Oslo"}}</call>""", false)]
    [InlineData("""<call>{"name": "sub", "arguments": {}}</call>""", false)]
    [InlineData("""<call>{"name": "weather", "arguments": {}}</call>""", false)]
    public void ForcedCall_TakesOneOfTheTools(string text, bool expected) => Assert.Equal(expected, IsComplete(Start(Call()), text));

    [Fact]
    public void RepeatedCalls_AreCountedAndSeparated()
    {
        var start = Start(Grammar.Repeat(Call(), 1, 2, Grammar.Literal("\n")));
        var call = """<call>{"name": "add", "arguments": {"a": 1, "b": 2}}</call>""";
        Assert.False(start.IsComplete);
        Assert.True(IsComplete(start, call));
        Assert.True(IsComplete(start, call + "\n" + call));
        Assert.Null(Read(start, call + call));
        Assert.Null(Read(start, call + "\n" + call + "\n"));
    }

    [Fact]
    public void FreeText_IsFreeUntilTheTrigger_AndThenBound()
    {
        var start = Start(Grammar.Repeat(Grammar.FreeTextUntil("<call>"u8, CallBody()), 0, null));
        Assert.True(start.IsComplete);
        Assert.True(IsComplete(start, "Let me <cal <call look… </call>"));
        Assert.False(IsComplete(start, "Let me <call>"));
        Assert.Null(Read(start, "Let me <call>x"));
        var afterCall = Read(start, """I will. <<call>{"name": "weather", "arguments": {"city": "Oslo"}}</call>""");
        Assert.True(afterCall!.IsComplete);
        Assert.True(IsComplete(afterCall, " And again: "));
        Assert.Null(Read(afterCall, "<call>{\"name\": \"x"));
    }

    [Fact]
    public void Trigger_ThatOverlapsItself_IsFound()
    {
        var start = Start(Grammar.FreeTextUntil("aab"u8, Grammar.Literal("!")));
        Assert.True(IsComplete(start, "aaab!"));
        Assert.Null(Read(start, "aaab?"));
        Assert.Null(Read(start, "aab!x"));
    }

    [Theory]
    [InlineData("<think>a <call>x</think> b <call>", "!", true)]
    [InlineData("<think>a <call>x</think> b <call>", "?", false)]
    [InlineData(" \n<think><call>", "anything", true)]
    [InlineData("<think></think><call>", "?", false)]
    [InlineData("<thin<call>", "?", false)]
    [InlineData("no <think><call>", "?", false)]
    [InlineData("<think>a</think><think><call>", "?", false)]
    public void Trigger_WithinWhatTheTextBeganWith_IsNone(string text, string then, bool expected)
    {
        var trigger = new TextTrigger("<call>"u8, Grammar.Literal("!"));
        var reasoned = Grammar.FreeText(new TextTrigger("</think>"u8, Grammar.FreeText(trigger)));
        var start = Start(Grammar.FreeText(trigger, new TextTrigger("<think>"u8, reasoned, onlyAtStart: true)));
        Assert.NotNull(Read(start, text));
        Assert.Equal(expected, IsComplete(start, text + then));
    }

    [Fact]
    public void OpeningToken_CountsAtTheStartAlone()
    {
        var trigger = new TextTrigger("ab"u8, Grammar.Literal("c"));
        var opening = new TextTrigger("<think>"u8, Grammar.FreeText(new TextTrigger("}"u8, Grammar.FreeText(trigger))), ToyVocabulary.CallToken, onlyAtStart: true);
        var constraint = new Constraint(Grammar.FreeText(trigger, opening), ToyVocabulary.Create(), SchemaLimits.Default);
        Assert.True(Allows("x", ToyVocabulary.CallToken));
        Assert.True(Allows("x", ' ', ToyVocabulary.CallToken));
        Assert.False(Allows("x", '<', ToyVocabulary.CallToken));
        Assert.False(Allows("x", ToyVocabulary.CallToken, '}'));

        // Whether "ab" may be followed by anything: within the opening it begins nothing.
        bool Allows(string then, params int[] before)
        {
            var state = before.Append('a').Append('b').Aggregate(constraint.Start, (state, token) => constraint.Next(state, token)!);
            return constraint.Next(state, then[0]) is not null;
        }
    }

    [Fact]
    public void RequiredTrigger_HasToCome_AndIsCompletedWithWhatFollowsIt()
    {
        var constraint = new Constraint(
            Grammar.FreeText(new TextTrigger("</call>"u8, Grammar.Schema(Automata.Compile("""{"type":"boolean"}"""))), isRequired: true), ToyVocabulary.Create(), SchemaLimits.Default);
        var state = constraint.Start;
        Assert.False(constraint.Allowed(state).Allows(ToyVocabulary.EndToken));
        foreach (var value in "hm </c"u8)
        {
            state = constraint.Next(state, value)!;
            Assert.False(state.IsComplete);
        }

        var rest = ToyVocabulary.Text(constraint.Completion(state));
        Assert.StartsWith("all>", rest, StringComparison.Ordinal);
        Assert.True(bool.TryParse(rest["all>".Length..], out _), rest);
        Assert.True(constraint.FitsWithin(state, rest.Length));
        Assert.False(constraint.FitsWithin(state, 1));
    }

    [Fact]
    public void TriggerOnlyAtTheStart_IsFoundBehindWhiteSpace()
    {
        var start = Start(Grammar.FreeTextUntil("{"u8, Grammar.Literal("}"), onlyAtStart: true));
        Assert.Null(Read(start, " \n{x"));
        Assert.True(IsComplete(start, " \n{}"));
        Assert.True(IsComplete(start, "x {x"));
    }

    [Theory]
    [InlineData("{\"name\":", true)]
    [InlineData("{ \"name\" :", true)]
    [InlineData(" \n{\n  \"name\"\t:", true)]
    [InlineData("{ \" name\":", false)]
    [InlineData("{\"na me\":", false)]
    [InlineData("        {        \"name\":", true)]
    [InlineData("        {        \"name\" :", false)]
    public void TriggerThatBeginsAnObject_IsFoundHoweverItIsSpaced(string text, bool expected)
    {
        var start = Start(Grammar.FreeTextUntil("{\"name\":"u8, Grammar.Literal("!"), onlyAtStart: true));
        Assert.Equal(expected, Read(start, text + "?") is null);
        Assert.Equal(expected ? text.Length - 1 - text.IndexOf('{') : 0, Read(start, text[..^1])!.TriggerLength);
        Assert.True(IsComplete(start, text + "!"));
    }

    [Fact]
    public void WhiteSpaceBeforeATriggerAtTheStart_HasABound()
    {
        var start = Start(Grammar.FreeTextUntil("{"u8, Grammar.Literal("}"), onlyAtStart: true));
        Assert.Null(Read(start, new string(' ', TextMark.MostSpace) + "{x"));
        Assert.NotNull(Read(start, new string(' ', TextMark.MostSpace + 1) + "{x"));
    }

    [Fact]
    public void SpecialTokens_AreAllowedOnlyWhereNamed()
    {
        var body = Grammar.Sequence(Grammar.Schema(Automata.Compile("""{"type":"integer"}""")), Grammar.Token(302));
        var constraint = new Constraint(Grammar.FreeTextUntil([], body, ToyVocabulary.CallToken), ToyVocabulary.Create(), SchemaLimits.Default);
        Assert.Equal(ToyVocabulary.Tokens.Length + 3, constraint.Allowed(constraint.Start).Count);
        var state = constraint.Next(constraint.Next(constraint.Start, ToyVocabulary.Id("ab"))!, ToyVocabulary.CallToken)!;
        Assert.False(state.IsComplete);
        Assert.False(constraint.Allowed(state).Allows(302));
        state = constraint.Next(state, ToyVocabulary.Id("12"))!;
        Assert.True(constraint.Allowed(state).Allows(302));
        Assert.False(constraint.Allowed(state).Allows(ToyVocabulary.CallToken));
        Assert.False(constraint.Allowed(state).Allows(ToyVocabulary.EndToken));
        Assert.Equal([302], constraint.Completion(state));
        Assert.True(constraint.Next(state, 302)!.IsComplete);
    }

    [Fact]
    public void Number_FollowedByALiteral_EndsWhereTheLiteralBegins()
    {
        var start = Start(Grammar.Sequence(Grammar.Schema(Automata.Compile("""{"type":"integer","minimum":10}""")), Grammar.Literal("0;")));
        Assert.True(IsComplete(start, "100;"));
        Assert.True(IsComplete(start, "1230;"));
        Assert.Null(Read(start, "10;"));
        Assert.Null(Read(start, "101;"));
    }

    [Fact]
    public void Completion_ClosesACallAnywhere()
    {
        var start = Start(Call());
        var text = """<call>{"name": "add", "arguments": {"b": 1, "a": 2.5}}</call>""";
        for (var length = 0; length <= text.Length; length++)
        {
            var state = Read(start, text[..length])!;
            var completion = string.Concat(state.Completion().Select(symbol => (char)symbol));
            Assert.True(IsComplete(state, completion), text[..length] + completion);
        }
    }

    [Fact]
    public void Grammars_ThatCouldLoopOnNothing_AreRefused()
    {
        var nullable = Grammar.Repeat(Grammar.Literal("a"), 0, 1);
        Assert.Throws<ArgumentException>(() => Grammar.Repeat(nullable, 0, null));
        Assert.Throws<ArgumentException>(() => Grammar.Sequence(Grammar.FreeTextUntil("x"u8, Grammar.Literal("y")), Grammar.Literal("z")));
        Assert.True(IsComplete(Start(Grammar.Sequence(nullable, nullable, Grammar.Literal("b"))), "ab"));
    }

    private static Grammar Call() => Grammar.Sequence(Grammar.Literal("<call>"), CallBody());

    private static Grammar CallBody() => Grammar.Sequence(
        Grammar.Literal("{\"name\": "),
        Grammar.Choice(Tool("weather", Weather), Tool("add", Add)),
        Grammar.Literal("}</call>"));

    private static Grammar Tool(string name, string schema) =>
        Grammar.Sequence(Grammar.Literal($"\"{name}\", \"arguments\": "), Grammar.Schema(Automata.Compile(schema)));

    private static ConstraintState Start(Grammar grammar) => grammar.Start(SchemaLimits.Default);

    private static bool IsComplete(ConstraintState start, string text) => Read(start, text)?.IsComplete == true;

    private static ConstraintState? Read(ConstraintState start, string text)
    {
        var scratch = new Slerp.Engine.Constraints.Frames.FrameSink(256);
        ConstraintState? state = start;
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            state = state?.Next(b, scratch);
        }

        return state;
    }
}
