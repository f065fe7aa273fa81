using System.Text;
using Slerp.Engine.Constraints;

namespace Slerp.Engine.Tests.Constraints;

public sealed class JsonSchemaCompilerTests
{
    [Theory]
    [InlineData("not", "{}")]
    [InlineData("if", "{}")]
    [InlineData("contains", "{}")]
    [InlineData("uniqueItems", "true")]
    [InlineData("patternProperties", "{}")]
    [InlineData("propertyNames", "{}")]
    [InlineData("dependentRequired", "{}")]
    [InlineData("dependentSchemas", "{}")]
    [InlineData("unevaluatedProperties", "false")]
    [InlineData("unevaluatedItems", "false")]
    [InlineData("$dynamicRef", "\"#a\"")]
    public void Compile_AssertionThatIsNotEnforced_IsRefusedByNameAndPlace(string keyword, string value)
    {
        var refusal = Automata.Refusal($$$"""{"properties":{"x/y":{"items":{"{{{keyword}}}":{{{value}}} } } } }""");
        Assert.Equal(ConstraintFailure.UnsupportedKeyword, refusal.Failure);
        Assert.Equal(keyword, refusal.Keyword);
        Assert.Equal("/properties/x~1y/items", refusal.Pointer);
    }

    [Fact]
    public void Compile_Annotations_AreIgnored() =>
        Assert.True(Automata.Compile("""
            {"$schema":"https://json-schema.org/draft/2020-12/schema","$comment":"c","title":"t","description":"d","default":3,"examples":[1],"format":"uri",
             "condition":"x","deprecated":true,"readOnly":true,"writeOnly":false,"contentEncoding":"base64","uniqueItems":false,"type":["integer","null"]}
            """).Accepts("null"));

    [Theory]
    [InlineData("""{"type":5}""", "type")]
    [InlineData("""{"minLength":-1}""", "minLength")]
    [InlineData("""{"minItems":1.5}""", "minItems")]
    [InlineData("""{"required":"a"}""", "required")]
    [InlineData("""{"anyOf":[]}""", "anyOf")]
    [InlineData("""{"multipleOf":0}""", "multipleOf")]
    [InlineData("""{"enum":1}""", "enum")]
    [InlineData("""{"pattern":"[b-a]"}""", "pattern")]
    [InlineData("""{"pattern":"a**"}""", "pattern")]
    [InlineData("""{"items":[true]}""", "items")]
    [InlineData("""{"type":"string","type":"null"}""", "type")]
    [InlineData("""{"$ref":"#nowhere"}""", "$ref")]
    [InlineData("""{"$ref":"#/$defs/none"}""", null)]
    [InlineData("""{"properties":{"a":3}}""", null)]
    [InlineData("3", null)]
    [InlineData("""{"const":"\ud800"}""", null)]
    public void Compile_MalformedSchema_IsRefused(string schema, string? keyword)
    {
        var refusal = Automata.Refusal(schema);
        Assert.Equal(ConstraintFailure.InvalidSchema, refusal.Failure);
        Assert.Equal(keyword, refusal.Keyword);
    }

    [Theory]
    [InlineData("(?=a)b")]
    [InlineData("(?<!a)b")]
    [InlineData("(a)\\1")]
    [InlineData("\\bword")]
    [InlineData("\\p{Script=Greek}")]
    public void Compile_PatternBeyondLinearTime_IsRefused(string pattern) =>
        Assert.Equal(ConstraintFailure.UnsupportedKeyword, Automata.Refusal($$$"""{"pattern":{{{System.Text.Json.JsonSerializer.Serialize(pattern)}}}}""").Failure);

    [Theory]
    [InlineData("(a|b)*a(a|b){20}")]
    [InlineData("((a{1000}){1000}){1000}")]
    [InlineData("(?:){1000000000}")]
    [InlineData("a{0,1000000000}")]
    public void Compile_PatternTooLarge_IsRefused(string pattern) =>
        Assert.Equal(ConstraintFailure.LimitExceeded, Automata.Refusal($$$"""{"pattern":"{{{pattern}}}"}""").Failure);

    [Fact]
    public void Compile_PatternNestedDeeply_IsRefused() =>
        Assert.Equal(ConstraintFailure.LimitExceeded, Automata.Refusal($$$"""{"pattern":"{{{new string('(', 5_000)}}}{{{new string(')', 5_000)}}}"}""").Failure);

    [Fact]
    public void Compile_DeepSchema_IsRefusedBeforeTheStackIsAtRisk()
    {
        var schema = new StringBuilder();
        for (var depth = 0; depth < 3_000; depth++)
        {
            schema.Append("{\"items\":");
        }

        Assert.Equal(ConstraintFailure.LimitExceeded, Automata.Refusal(schema.Append("true").Append('}', 3_000).ToString()).Failure);
    }

    [Fact]
    public void Compile_LongChainOfReferences_IsFollowedWithoutRecursion()
    {
        var definitions = string.Join(',', Enumerable.Range(0, 5_000).Select(number => $$$""" "d{{{number}}}":{"$ref":"#/$defs/d{{{number + 1}}}"}"""));
        var automaton = Automata.Compile($$$"""{"$defs":{{{{definitions}}},"d5000":{"type":"null"}},"$ref":"#/$defs/d0"}""");
        Assert.True(automaton.Accepts("null"));
        Assert.False(automaton.IsAlive("1"));
    }

    [Fact]
    public void Compile_ProductOfAlternatives_IsRefusedWithoutBeingBuilt()
    {
        var groups = string.Join(',', Enumerable.Range(0, 40).Select(number => $$$"""{"anyOf":[{"required":["a{{{number}}}"]},{"required":["b{{{number}}}"]}]}"""));
        var refusal = Automata.Refusal($$$"""{"allOf":[{{{groups}}}]}""");
        Assert.Equal((ConstraintFailure.LimitExceeded, "anyOf"), (refusal.Failure, refusal.Keyword));
    }

    [Theory]
    [InlineData("""{"type":"integer","minimum":5,"maximum":4}""")]
    [InlineData("""{"type":"object","properties":{"a":false},"required":["a"]}""")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"number"}]}""")]
    [InlineData("""{"type":"string","pattern":"^a+$","allOf":[{"pattern":"^b+$"}]}""")]
    [InlineData("""{"type":"string","pattern":"^(aa)+$","minLength":3,"maxLength":3}""")]
    [InlineData("""{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1,"multipleOf":1}""")]
    [InlineData("""{"type":"object","maxProperties":1,"required":["a","b"]}""")]
    [InlineData("""{"$defs":{"n":{"type":"object","properties":{"n":{"$ref":"#/$defs/n"}},"required":["n"]}},"$ref":"#/$defs/n"}""")]
    [InlineData("""{"enum":[1,"a"],"type":"boolean"}""")]
    public void Compile_SchemaThatNothingSatisfies_IsRefused(string schema) => Assert.NotEqual(ConstraintFailure.UnsupportedKeyword, Automata.Refusal(schema).Failure);

    [Fact]
    public void Compile_OneOf_IsAcceptedExactlyWhereBranchesExcludeEachOther()
    {
        var shapes = Automata.Compile("""
            {"oneOf":[{"type":"object","properties":{"kind":{"const":"circle"},"radius":{"type":"number"}},"required":["kind","radius"]},
                      {"type":"object","properties":{"kind":{"const":"square"},"side":{"type":"number"}},"required":["kind","side"]}]}
            """);
        Assert.True(shapes.Accepts("""{"side":2,"kind":"square"}"""));
        Assert.False(shapes.IsAlive("""{"kind":"square","radius":1}"""));
        Assert.Equal("oneOf", Automata.Refusal("""{"oneOf":[{"type":"integer"},{"minimum":2}]}""").Keyword);
    }

    [Fact]
    public void Compile_ExponentiallyLargeSmallestValue_IsRefused()
    {
        var definitions = string.Join(',', Enumerable.Range(0, 40).Select(number => $$$""" "d{{{number}}}":{"type":"array","items":{"$ref":"#/$defs/d{{{number + 1}}}"},"minItems":2}"""));
        Assert.Equal(ConstraintFailure.LimitExceeded, Automata.Refusal($$$"""{"$defs":{{{{definitions}}},"d40":{"type":"null"}},"$ref":"#/$defs/d0"}""").Failure);
    }

    [Theory]
    [InlineData("""{"minimum":1e400}""")]
    [InlineData("""{"type":"number","multipleOf":1e-401}""")]
    [InlineData("""{"enum":[1,1e400]}""")]
    public void Compile_NumberLongerThanAnyFloat_IsRefused(string schema) => Assert.Equal(ConstraintFailure.LimitExceeded, Automata.Refusal(schema).Failure);

    [Fact]
    public void Compile_LimitsOfA64BitFloat_AreTaken() => Assert.True(
        Automata.Compile("""{"type":"number","minimum":-1.7976931348623157e308,"maximum":1.7976931348623157e308,"multipleOf":4.9406564584124654e-324}""").Accepts("0"));

    [Fact]
    public void Compile_AnyObject_TakesObjectsOnly()
    {
        var automaton = JsonSchemaCompiler.AnyObject(SchemaLimits.Default);
        Assert.True(automaton.Accepts("""{"a": [1, {"b": null}], "c": "d"}"""));
        Assert.False(automaton.IsAlive("["));
        Assert.True(Automata.Compile("true").Accepts("[true]"));
    }
}
