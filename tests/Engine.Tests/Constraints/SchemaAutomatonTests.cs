using System.Text;
using Slerp.Engine.Constraints;

namespace Slerp.Engine.Tests.Constraints;

public sealed class SchemaAutomatonTests
{
    private const string Person = """
        {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0,"maximum":150},"näme":{"type":"null"}},"required":["name"],"additionalProperties":false}
        """;

    [Theory]
    [InlineData("""{"type":"integer"}""", "-1")]
    [InlineData("""{"type":"integer","minimum":-20}""", "-1")]
    [InlineData("""{"type":"integer","maximum":-20}""", "-20")]
    [InlineData("""{"type":"number"}""", "-0")]
    public void Minus_IsCompletedToANumberBelowZero_WhereOnlyWholeOnesAreWritten(string schema, string text) =>
        Assert.Equal(text, "-" + Encoding.UTF8.GetString(SchemaAutomaton.Completion(Automata.Compile(schema).Read("-")!)));

    [Theory]
    [InlineData("""{"name":"A"}""", true)]
    [InlineData("""{"age":3,"name":"A"}""", true)]
    [InlineData("""{"n\u0061me":"\u0041\"\n"}""", true)]
    [InlineData("""{"n\u00e4me":null,"name":""}""", true)]
    [InlineData("""{"name":"A","age":151}""", false)]
    [InlineData("""{"name":"A","name":"B"}""", false)]
    [InlineData("""{"name":"A","\u006eame":"B"}""", false)]
    [InlineData("""{"name":"A","other":1}""", false)]
    [InlineData("""{"age":3}""", false)]
    [InlineData("""{"name":"A",}""", false)]
    public void Object_KeysInAnyOrderAndSpelling_AreNamesOnce(string text, bool expected) => Assert.Equal(expected, Automata.Compile(Person).Accepts(text));

    [Theory]
    [InlineData("""{"nam""", true)]
    [InlineData("""{"nax""", false)]
    [InlineData("""{"\u00""", true)]
    [InlineData("""{"\u01""", false)]
    [InlineData("{\"n\u00e4", true)]
    [InlineData("""{"name":"A","age":15""", true)]
    [InlineData("""{"name":"A","age":16""", true)]
    [InlineData("""{"name":"A","age":160""", false)]
    [InlineData("""{"name":"A","age":-1""", false)]
    [InlineData("""{"name":"A","age":0.""", false)]
    [InlineData("""{"name":"A","näme":null,"age":1,""", false)]
    public void Prefix_IsAliveExactlyWhereItCanBeCompleted(string text, bool expected) => Assert.Equal(expected, Automata.Compile(Person).IsAlive(text));

    [Fact]
    public void FreeObject_RepeatedKey_IsRefusedAtItsClosingQuote()
    {
        var automaton = JsonSchemaCompiler.AnyObject(SchemaLimits.Default);
        Assert.True(automaton.IsAlive("""{"key":1,"key"""));
        Assert.False(automaton.IsAlive("""{"key":1,"key" """.TrimEnd()));
        Assert.False(automaton.IsAlive("""{"key":1,"k\u0065y" """.TrimEnd()));
        Assert.True(automaton.IsAlive("""{"key":1,"keys" """.TrimEnd()));
    }

    [Theory]
    [InlineData("\"\\ud83d\\ude00\"", true)]
    [InlineData("\"\\ud83d\"", false)]
    [InlineData("\"\\ude00\"", false)]
    [InlineData("\"\\ud83d\\u0041\"", false)]
    [InlineData("\"\u0001\"", false)]
    [InlineData("\"\\x\"", false)]
    [InlineData("\"é😀\\/\"", true)]
    public void String_EscapesAndSurrogates_AreChecked(string text, bool expected) => Assert.Equal(expected, Automata.Compile("""{"type":"string"}""").Accepts(text));

    [Theory]
    [InlineData(new byte[] { (byte)'"', 0xC3, 0xA9 }, true)]
    [InlineData(new byte[] { (byte)'"', 0xC0 }, false)]
    [InlineData(new byte[] { (byte)'"', 0xED, 0xA0 }, false)]
    [InlineData(new byte[] { (byte)'"', 0xE0, 0x80 }, false)]
    [InlineData(new byte[] { (byte)'"', 0xF4, 0x90 }, false)]
    [InlineData(new byte[] { (byte)'"', 0x80 }, false)]
    [InlineData(new byte[] { (byte)'"', 0xF0, 0x9F, 0x98 }, true)]
    public void String_Utf8_MustBeWellFormed(byte[] bytes, bool expected)
    {
        var automaton = Automata.Compile("""{"type":"string"}""");
        Assert.Equal(expected, automaton.Next(automaton.Start, bytes) is not null);
    }

    [Fact]
    public void Length_CountsCodePoints_HoweverTheyAreSpelled()
    {
        var automaton = Automata.Compile("""{"type":"string","minLength":2,"maxLength":2}""");
        Assert.True(automaton.Accepts("\"😀é\""));
        Assert.True(automaton.Accepts("\"\\ud83d\\ude00é\""));
        Assert.False(automaton.IsAlive("\"😀\""));
        Assert.False(automaton.IsAlive("\"ab\\"));
    }

    [Fact]
    public void PlainSpelling_LeavesOutWhatReadersStumbleOver()
    {
        var automaton = Automata.Compile("""{"type":"array","items":{"type":["integer","boolean"]}}""");
        Assert.True(automaton.Accepts("[1, 2,\n    true]"));
        Assert.False(automaton.IsAlive("[1.0"));
        Assert.False(automaton.IsAlive("[1e2"));
        Assert.False(automaton.IsAlive(" ["));
        Assert.False(automaton.IsAlive("[1,  2"));
        Assert.False(automaton.IsAlive("[1 ,"));
        Assert.True(Automata.Compile("""{"type":"array","items":{"type":"integer"}}""", SchemaLimits.Validation).Accepts(" [ 1.0 ,\r\n 1e2 ]"));
    }

    [Fact]
    public void Nesting_StopsWhereReadersStop()
    {
        var automaton = Automata.Compile("true");
        Assert.True(automaton.IsAlive(new string('[', 64)));
        Assert.False(automaton.IsAlive(new string('[', 65)));
    }

    [Fact]
    public void NumberWithoutEnd_StopsGrowing()
    {
        var automaton = Automata.Compile("true");
        Assert.False(automaton.IsAlive("0." + new string('3', 100)));
    }

    [Fact]
    public void Completion_OfEveryPrefix_IsShortAndValid()
    {
        var automaton = Automata.Compile(Person);
        var text = """{"age": 15, "name": "A\u00e9b"}""";
        for (var length = 0; length <= text.Length; length++)
        {
            var state = automaton.Read(text[..length])!;
            var completion = Encoding.UTF8.GetString(SchemaAutomaton.Completion(state));
            Assert.True(automaton.Accepts(text[..length] + completion), text[..length] + completion);
            Assert.InRange(completion.Length, 0, 24);
        }
    }

    [Fact]
    public void States_OfEqualPositions_AreEqual()
    {
        var automaton = Automata.Compile("""{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"object"}]}}""");
        var (one, other) = (automaton.Read("[\"a\", \"b"), automaton.Read("[\"xyz\", \"different"));
        Assert.Equal(one, other);
        Assert.Equal(one!.GetHashCode(), other!.GetHashCode());
        Assert.NotEqual(one, automaton.Read("[\"a\", \"b\""));
    }

    [Fact]
    public void TooManyReadings_FailByName()
    {
        var branches = string.Join(',', Enumerable.Range(0, 20).Select(number => $$$"""{"properties":{"x":{"type":"array","minItems":{{{number}}}}},"required":["x","r{{{number}}}"]}"""));
        var automaton = Automata.Compile($$$"""{"type":"object","anyOf":[{{{branches}}}]}""", SchemaLimits.Default with { Threads = 8 });
        Assert.Equal(ConstraintFailure.LimitExceeded, Assert.Throws<ConstraintException>(() => automaton.Read("{\"x\":")).Failure);
    }
}
