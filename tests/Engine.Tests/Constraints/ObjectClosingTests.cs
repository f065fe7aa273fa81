namespace Slerp.Engine.Tests.Constraints;

/// <summary>Which objects hold declared properties only, and which a schema leaves open.</summary>
public sealed class ObjectClosingTests
{
    private const string Declared = """{"a":1}""";
    private const string Further = """{"a":1,"b":2}""";

    [Theory]
    [InlineData("""{"properties":{"a":{}}}""")]
    [InlineData("""{"type":["object","null"],"properties":{"a":{}},"required":["a"],"minProperties":1}""")]
    [InlineData("""{"description":"d","$ref":"#/$defs/x","$defs":{"x":{"properties":{"a":{}}}}}""")]
    [InlineData("""{"allOf":[{"properties":{"a":{}}}]}""")]
    [InlineData("""{"anyOf":[{"type":"null"},{"properties":{"a":{}}}]}""")]
    [InlineData("""{"type":"object","required":["a"],"anyOf":[{"properties":{"a":{"const":1}}},{"properties":{"a":{"const":2},"c":{}}}]}""")]
    public void Closed_WhereOneSubschemaDeclaresProperties(string schema)
    {
        var closed = Automata.Compile(schema, forAnswers: true);
        Assert.True(closed.Accepts(Declared));
        Assert.False(closed.IsAlive(Further));
        Assert.True(Automata.Compile(schema).Accepts(Further));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("""{"type":"object"}""")]
    [InlineData("""{"type":"object","properties":{}}""")]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":true}""")]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":{"type":"integer"}}""")]
    [InlineData("""{"properties":{"a":{}},"minProperties":2}""")]
    [InlineData("""{"properties":{"a":{}},"required":["b"]}""")]
    [InlineData("""{"properties":{"a":{}},"enum":[{"a":1,"b":2}]}""")]
    [InlineData("""{"enum":[{"a":1,"b":2}],"anyOf":[{"properties":{"a":{}}}]}""")]
    [InlineData("""{"allOf":[{"properties":{"a":{}}},{"properties":{"b":{}}}]}""")]
    [InlineData("""{"properties":{"a":{}},"anyOf":[{"properties":{"b":{}}}]}""")]
    [InlineData("""{"properties":{"a":{}},"$ref":"#/$defs/x","$defs":{"x":{"properties":{"b":{}}}}}""")]
    [InlineData("""{"required":["b"],"anyOf":[{"properties":{"a":{}}}]}""")]
    [InlineData("""{"allOf":[{"properties":{"a":{}}}],"const":{"a":1,"b":2}}""")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"a":{"const":1}},"required":["a"]},{"type":"object","properties":{"a":{"const":2}},"required":["a"]}]}""")]
    public void Open_WhereTheSchemaSaysSo_OrAnotherSubschemaMayDeclareMore(string schema) =>
        Assert.True(Automata.Compile(schema, forAnswers: true).Accepts(Further));

    [Theory]
    [InlineData("""{"properties":{"a":{"properties":{"b":{}}}}}""", """{"a":{"c":1}}""")]
    [InlineData("""{"items":{"properties":{"b":{}}}}""", """[{"c":1}]""")]
    [InlineData("""{"additionalProperties":{"properties":{"b":{}}}}""", """{"a":{"c":1}}""")]
    [InlineData("""{"properties":{"next":{"anyOf":[{"type":"null"},{"$ref":"#"}]}}}""", """{"next":{"other":1}}""")]
    public void Closed_AtEveryDepth(string schema, string value) => Assert.False(Automata.Compile(schema, forAnswers: true).Accepts(value));

    [Fact]
    public void ListedValue_IsJudgedByWhatTheSchemaSays()
    {
        var schema = """{"additionalProperties":{"properties":{"a":{}}},"const":{"x":{"a":1,"b":2}}}""";
        Assert.True(Automata.Compile(schema, forAnswers: true).Accepts("""{"x":{"a":1,"b":2}}"""));
    }

    [Fact]
    public void Open_BelowCombinedSubschemas()
    {
        var schema = """{"allOf":[{"properties":{"p":{"properties":{"a":{}},"required":["a"]}}},{"properties":{"p":{"properties":{"b":{}},"required":["b"]}}}]}""";
        Assert.True(Automata.Compile(schema, forAnswers: true).Accepts($$"""{"p":{{Further}}}"""));
    }
}
