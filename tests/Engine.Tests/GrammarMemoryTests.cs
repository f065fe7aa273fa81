using System.Text.Json;
using Slerp.Engine.Constraints;
using Slerp.Engine.Tests.Constraints;

namespace Slerp.Engine.Tests;

/// <summary>The same form is compiled once while it is remembered; what differs in anything is another form.</summary>
public sealed class GrammarMemoryTests
{
    private const string Schema = """{"type":"object","properties":{"a":{"type":"string"},"b":{"enum":["x","y"]}},"required":["a"],"additionalProperties":false}""";

    private static readonly CallMark NoMark = new(null, "<call>", IsOptional: false);
    private static readonly ToolCallSyntax Syntax = new("<call>", "{\"name\": \"", "\", \"arguments\": ", "}</call>", "\n");
    private static readonly OutputForm.ToolCalls Calls = new([Tool("f", Schema)], Syntax, 0, OutputForm.FreeText.Instance);

    public static TheoryData<string> Others => ["name", "schema", "more", "syntax", "calls", "required", "json", "mark"];

    [Fact]
    public void SameForm_IsTheSameGrammar_AlsoFromOtherObjects()
    {
        var memory = new GrammarMemory(4);
        Assert.Same(memory.For(Json(Schema), NoMark), memory.For(Json(Schema), NoMark));
        Assert.Same(memory.For(Calls, NoMark), memory.For(Calls with { Tools = [Tool("f", Schema)] }, NoMark));
        Assert.Null(memory.For(OutputForm.FreeText.Instance, NoMark));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void AnotherForm_IsAnotherGrammar(string what)
    {
        var memory = new GrammarMemory(4);
        var (form, mark) = what switch
        {
            "name" => (Calls with { Tools = [Tool("g", Schema)] }, NoMark),
            "schema" => (Calls with { Tools = [Tool("f", """{"type":"object"}""")] }, NoMark),
            "more" => (Calls with { Tools = [Tool("f", Schema), Tool("g", Schema)] }, NoMark),
            "syntax" => (Calls with { Syntax = Syntax with { End = "." } }, NoMark),
            "calls" => (Calls with { MaxCalls = 1 }, NoMark),
            "required" => (Calls with { Otherwise = null }, NoMark),
            "json" => (Calls with { Otherwise = Json("true") }, NoMark),
            _ => (Calls, NoMark with { Token = ToyVocabulary.CallToken }),
        };
        Assert.NotSame(memory.For(Calls, NoMark), memory.For(form, mark));
    }

    [Fact]
    public void FormThatMayReason_IsAnotherGrammar()
    {
        var memory = new GrammarMemory(4);
        var marks = new ReasoningMark(new ReasoningSyntax("<think>", "</think>"), null, null, IsOpen: false);
        Assert.NotSame(memory.For(Json(Schema), NoMark, marks), memory.For(Json(Schema), NoMark, marks with { MayBegin = true }));
        Assert.Same(memory.For(Json(Schema), NoMark, marks with { MayBegin = true }), memory.For(Json(Schema), NoMark, marks with { MayBegin = true }));
    }

    [Fact]
    public void LeastRecentlyUsed_IsForgotten()
    {
        var memory = new GrammarMemory(2);
        var first = memory.For(Json("""{"const":1}"""), NoMark);
        var second = memory.For(Json("""{"const":2}"""), NoMark);
        Assert.Same(first, memory.For(Json("""{"const":1}"""), NoMark));
        memory.For(Json("""{"const":3}"""), NoMark);
        Assert.Same(first, memory.For(Json("""{"const":1}"""), NoMark));
        Assert.NotSame(second, memory.For(Json("""{"const":2}"""), NoMark));
    }

    [Fact]
    public void Refusal_IsSaidEachTime()
    {
        var memory = new GrammarMemory(2);
        Assert.Throws<ConstraintException>(() => memory.For(Json("""{"not":{}}"""), NoMark));
        Assert.Throws<ConstraintException>(() => memory.For(Json("""{"not":{}}"""), NoMark));
    }

    [Fact]
    public void VeryLongForm_IsCompiledAnew()
    {
        var memory = new GrammarMemory(2);
        var form = Json($$"""{"const":1,"description":"{{new string('x', 70_000)}}"}""");
        Assert.NotSame(memory.For(form, NoMark), memory.For(form, NoMark));
    }

    [Fact]
    public void SecondAnswerOfAForm_FindsItsMasks()
    {
        var (memory, vocabulary) = (new GrammarMemory(2), ToyVocabulary.Create());
        Walk(new Constraint(memory.For(Json(Schema), NoMark)!, vocabulary, SchemaLimits.Default));
        var computed = vocabulary.MaskCounts.Computed;
        Assert.True(computed > 0);
        Walk(new Constraint(memory.For(Json(Schema), NoMark)!, vocabulary, SchemaLimits.Default));
        Assert.Equal(computed, vocabulary.MaskCounts.Computed);
    }

    [Fact]
    public async Task ManyAtOnce_ShareOneGrammar()
    {
        var memory = new GrammarMemory(8);
        var grammars = await Task.WhenAll(Enumerable.Range(0, 64).Select(index => Task.Run(() => (index % 4, memory.For(Json($$"""{"const":{{index % 4}}}"""), NoMark)))));
        Assert.All(grammars.GroupBy(pair => pair.Item1), group => Assert.Single(group.Select(pair => pair.Item2).Distinct()));
    }

    private static void Walk(Constraint constraint)
    {
        var state = constraint.Start;
        foreach (var token in "{\"a\":\"ab\",\"b\":\"x\"}".Select(letter => ToyVocabulary.Id(letter.ToString())))
        {
            Assert.True(constraint.Allowed(state).Allows(token));
            state = constraint.Next(state, token)!;
        }
    }

    private static OutputForm.Json Json(string schema) => new(JsonElement.Parse(schema));

    private static ChatTool Tool(string name, string schema) => new(name, "", JsonElement.Parse(schema));
}
