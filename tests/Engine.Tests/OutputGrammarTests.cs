using System.Text;
using System.Text.Json;
using Slerp.Engine.Constraints;
using Slerp.Engine.Tests.Constraints;

namespace Slerp.Engine.Tests;

/// <summary>From a form to its grammar: where reasoning may stand before it.</summary>
public sealed class OutputGrammarTests
{
    private const string Call = "<call>{\"name\": \"f\", \"arguments\": {}}</call>";

    private static readonly ToolCallSyntax Syntax = new("<call>{", "\"name\": \"", "\", \"arguments\": ", "}</call>", "\n");

    private static readonly OutputForm Json = new OutputForm.Json(JsonElement.Parse("""{"type":"boolean"}"""));

    private static readonly OutputForm Required = new OutputForm.ToolCalls(
        [new ChatTool("f", "", JsonElement.Parse("""{"type":"object"}"""))], Syntax, 1, Otherwise: null);

    private static readonly ReasoningMark Optional = new(new ReasoningSyntax("<think>", "</think>"), null, null, IsOpen: false) { MayBegin = true };

    [Theory]
    [InlineData("true", true)]
    [InlineData("<think>Hm, <think> true?</think>\n\nfalse", true)]
    [InlineData("<think></think>true", true)]
    [InlineData("<think>hm", false)]
    [InlineData("<think>hm</think>\n", false)]
    [InlineData("<think>hm</think>perhaps", null)]
    [InlineData("<think>hm</think>true<think>", null)]
    [InlineData("<thin!", null)]
    [InlineData("hm", null)]
    public void Json_MayComeBehindReasoning(string text, bool? isComplete) => Assert.Equal(isComplete, Read(Json, Optional, text)?.IsComplete);

    [Theory]
    [InlineData(Call, true)]
    [InlineData("<think>Shall I <call>?</think>\n\n" + Call, true)]
    [InlineData("<think>hm</think>\n\nI call", null)]
    public void ForcedCall_MayComeBehindReasoning(string text, bool? isComplete) => Assert.Equal(isComplete, Read(Required, Optional, text)?.IsComplete);

    // Schemas are what others wrote: what cannot be kept is told, and never thrown.
    [Theory]
    [InlineData("""{"properties":{"a":{"const":"\ud800"}},"required":["a"]}""", "not valid Unicode")]
    [InlineData("""{"\ud800":1}""", "not valid Unicode")]
    [InlineData("""{"type":"banana"}""", "'banana' is not a type")]
    [InlineData("{}", null)]
    [InlineData("""{"additionalProperties":true}""", null)]
    public void ToolSchema_ThatCannotBeKept_IsTold(string schema, string? fault) => AssertFault(schema, fault);

    [Theory]
    [InlineData(60, null)]
    [InlineData(1_000, "nested deeper than 128")]
    [InlineData(5_000, "nested deeper than 128")]
    public void ToolSchema_OfAnyDepth_IsKeptOrTold(int depth, string? fault) =>
        AssertFault(string.Concat(Enumerable.Repeat("""{"items":""", depth)) + "true" + new string('}', depth), fault);

    private static void AssertFault(string schema, string? fault)
    {
        using var document = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        var told = OutputGrammar.ArgumentsFault(new ChatTool("f", "", document.RootElement));
        if (fault is null)
        {
            Assert.Null(told);
        }
        else
        {
            Assert.Contains(fault, told, StringComparison.Ordinal);
        }
    }

    // What frameworks make of types says nothing of further properties, at no depth.
    [Theory]
    [InlineData("""{"who":{"name":"Anna"}}""", true)]
    [InlineData("""{"who":{"name":"Anna","age":3}}""", null)]
    [InlineData("""{"who":{"name":"Anna"},"when":1}""", null)]
    public void FormAndArguments_HoldDeclaredPropertiesOnly(string value, bool? isComplete)
    {
        var schema = JsonElement.Parse("""{"type":"object","properties":{"who":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}},"required":["who"]}""");
        Assert.Equal(isComplete, Read(new OutputForm.Json(schema), null, value)?.IsComplete);
        AssertArguments(schema, value, isComplete);
    }

    [Theory]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"type":"object","properties":{"city":{"type":"string"}}}}}""", """{"city":"Oslo"}""", true)]
    [InlineData("""{"type":"object","anyOf":[{"properties":{"city":{"type":"string"}}},{"properties":{"place":{"type":"string"}}}]}""", """{"place":"Oslo"}""", true)]
    [InlineData("""{"type":"object"}""", """{"city":"Oslo"}""", null)]
    [InlineData("""{"type":"object","properties":{}}""", "{}", true)]
    public void Arguments_AreThoseTheSchemaDescribes_WhereverItDoes(string schema, string value, bool? isComplete) =>
        AssertArguments(JsonElement.Parse(schema), value, isComplete);

    private static void AssertArguments(JsonElement schema, string value, bool? isComplete)
    {
        var form = new OutputForm.ToolCalls([new ChatTool("f", "", schema)], Syntax, 1, Otherwise: null);
        Assert.Equal(isComplete, Read(form, null, "<call>{\"name\": \"f\", \"arguments\": " + value + "}</call>")?.IsComplete);
    }

    [Fact]
    public void WithoutLeaveToReason_OrWithoutMarks_TheFormBeginsAtOnce()
    {
        Assert.Null(Read(Json, Optional with { MayBegin = false }, "<"));
        Assert.Null(Read(Json, null, "<"));
    }

    [Theory]
    [InlineData("I could <call> it", true)]
    [InlineData("<think>hm <call>{?</think> I could <call>", true)]
    [InlineData("<call>{", false)]
    [InlineData("I will: <<call>{", false)]
    [InlineData("<think>hm</think><call>{", false)]
    public void TextWithoutCalls_IsAnyTextWithoutTheMark(string text, bool isText) =>
        Assert.Equal(isText ? true : null, Read(new OutputForm.TextWithoutCalls(Syntax), Optional, text)?.IsComplete);

    [Fact]
    public void TextWithoutCalls_OfADialectWithoutMark_IsAnyText()
    {
        var bare = new OutputForm.TextWithoutCalls(Syntax with { OnlyAtStart = true, OptionalMark = "<|tag|>" });
        Assert.Null(OutputGrammar.For(bare, new CallMark(null, "{", IsOptional: true), Optional));
        var constraint = new Constraint(OutputGrammar.For(bare, new CallMark(302, "{", IsOptional: true), null)!, ToyVocabulary.Create(), SchemaLimits.Default);
        Assert.Equal((false, true, true), (constraint.Allowed(constraint.Start).Allows(302), constraint.Allowed(constraint.Start).Allows(ToyVocabulary.CallToken), constraint.Allowed(constraint.Start).Allows('{')));
        Assert.Null(constraint.Next(constraint.Start, 302));
    }

    [Fact]
    public void MarkThatIsAControlToken_IsThatToken()
    {
        var constraint = Constraint(Json, Optional with { OpenToken = ToyVocabulary.CallToken, CloseToken = 302 });
        Assert.Null(constraint.Next(constraint.Start, '<'));
        var reasoning = constraint.Next(constraint.Next(constraint.Start, ToyVocabulary.CallToken)!, 'h')!;
        Assert.False(constraint.Allowed(reasoning).Allows(ToyVocabulary.EndToken));
        Assert.NotNull(constraint.Next(constraint.Next(reasoning, 302)!, 't'));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<thi")]
    [InlineData("<think>Well, </th")]
    [InlineData("<think>Well</think>\n")]
    public void Completion_EndsReasoningAndForm(string text)
    {
        var constraint = Constraint(Json, Optional);
        var state = Read(constraint, text)!;
        var rest = ToyVocabulary.Text(constraint.Completion(state));
        Assert.True(Read(constraint, text + rest)!.IsComplete);
        Assert.Equal(text.Length > 0, (text + rest).Contains("</think>", StringComparison.Ordinal));
    }

    private static ConstraintState? Read(OutputForm form, ReasoningMark? reasoning, string text) => Read(Constraint(form, reasoning), text);

    private static ConstraintState? Read(Constraint constraint, string text)
    {
        var state = constraint.Start;
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            state = state is null ? null : constraint.Next(state, value);
        }

        return state;
    }

    private static Constraint Constraint(OutputForm form, ReasoningMark? reasoning) =>
        new(OutputGrammar.For(form, new CallMark(null, "<call>{", IsOptional: false), reasoning)!, ToyVocabulary.Create(), SchemaLimits.Default);
}
