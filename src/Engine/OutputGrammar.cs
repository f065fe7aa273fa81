using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Slerp.Engine.Constraints;
using Slerp.Engine.Constraints.Grammars;

namespace Slerp.Engine;

/// <summary>From the form of an answer to its grammar, as pure functions.</summary>
internal static class OutputGrammar
{
    /// <summary>White space that may stand between reasoning and a form.</summary>
    private const int MostSpace = 4;

    private static readonly string[] Combining = ["$ref", "allOf", "anyOf", "oneOf"];

    // Deeper than any schema the compiler takes, and shallow enough that parsing, which takes the square of the depth, stays quick.
    private static readonly JsonDocumentOptions DeepEnough = new() { MaxDepth = 1_000 };

    /// <summary>The grammar, or null where anything goes.</summary>
    /// <param name="form">The form.</param>
    /// <param name="mark">How its calls begin.</param>
    /// <param name="reasoning">How its reasoning is marked; null where the model has no such marks.</param>
    /// <exception cref="ConstraintException">A schema asks for what cannot be kept; the message names the keyword and where it stands.</exception>
    public static Grammar? For(OutputForm form, CallMark mark, ReasoningMark? reasoning = null) => form switch
    {
        OutputForm.FreeText => null,
        OutputForm.ToolCalls { MayBeText: true } calls => TextUntil(CallTrigger(calls, mark), reasoning),
        OutputForm.TextWithoutCalls text => NoCallTrigger(text.Syntax, mark) is { } trigger ? TextUntil(trigger, reasoning) : null,
        _ when reasoning is { IsOpen: true } => Reasoned(Bound(form, mark), reasoning),
        _ when reasoning is { MayBegin: true } => MaybeReasoned(Bound(form, mark), reasoning),
        _ => Bound(form, mark),
    };

    /// <summary>Why a tool's arguments are any object though it has a schema; null where they keep to it.</summary>
    public static string? ArgumentsFault(ChatTool tool)
    {
        Kept(tool, out var fault);
        return fault;
    }

    // What is no text from its first byte to its last.
    private static Grammar Bound(OutputForm form, CallMark mark) => form switch
    {
        OutputForm.Json json => Grammar.Schema(JsonSchemaCompiler.Compile(json.Schema, SchemaLimits.Default, forAnswers: true)),
        OutputForm.ToolCalls { Otherwise: null } calls => RequiredCalls(calls, mark),
        OutputForm.ToolCalls { Otherwise: { MayBeText: false } other } calls => Grammar.Choice(Bound(other, mark), RequiredCalls(calls, mark)),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "Unknown form of output."),
    };

    private static Grammar RequiredCalls(OutputForm.ToolCalls form, CallMark mark)
    {
        var begin = mark is { Token: { } token, IsOptional: false }
            ? Grammar.Sequence(Grammar.Token(token), Grammar.Literal(mark.Rest))
            : Grammar.Literal(mark.Rest);
        return Grammar.Sequence(begin, AfterBegin(form));
    }

    // A mark within reasoning begins no call: reasoning is text until it is closed, and what follows is read as an answer without any.
    private static Grammar TextUntil(TextTrigger trigger, ReasoningMark? reasoning)
    {
        if (reasoning is null)
        {
            return Grammar.FreeText(trigger);
        }

        var reasoned = Grammar.FreeText(AfterReasoning(reasoning, Grammar.FreeText(trigger)));
        return reasoning.IsOpen
            ? reasoned
            : Grammar.FreeText(trigger, new TextTrigger(Encoding.UTF8.GetBytes(reasoning.Syntax.Open), reasoned, reasoning.OpenToken, onlyAtStart: true));
    }

    // Reasoning that has begun has to end: what is bound comes behind it, and is still completed before the token limit.
    private static Grammar Reasoned(Grammar bound, ReasoningMark reasoning) =>
        Grammar.FreeText(AfterReasoning(reasoning, Grammar.Sequence(Space(), bound)), isRequired: true);

    private static Grammar MaybeReasoned(Grammar bound, ReasoningMark reasoning)
    {
        var open = reasoning.OpenToken is { } token ? Grammar.Token(token) : Grammar.Literal(reasoning.Syntax.Open);
        return Grammar.Choice(bound, Grammar.Sequence(open, Reasoned(bound, reasoning)));
    }

    private static TextTrigger AfterReasoning(ReasoningMark reasoning, Grammar then) =>
        new(Encoding.UTF8.GetBytes(reasoning.Syntax.Close), then, reasoning.CloseToken);

    // After its text the answer has begun a call: that call, and further ones.
    private static TextTrigger CallTrigger(OutputForm.ToolCalls form, CallMark mark)
    {
        var rest = AfterBegin(form);
        var bytes = Encoding.UTF8.GetBytes(mark.Rest);
        return mark switch
        {
            { Token: null } => new TextTrigger(bytes, rest, onlyAtStart: form.Syntax.OnlyAtStart),
            { IsOptional: true } => new TextTrigger(bytes, rest, mark.Token, Grammar.Sequence(Grammar.Literal(mark.Rest), rest), form.Syntax.OnlyAtStart),
            _ => new TextTrigger([], Grammar.Sequence(Grammar.Literal(mark.Rest), rest), mark.Token),
        };
    }

    // What must not be written. A call without a mark is JSON like any other, and JSON is a text.
    private static TextTrigger? NoCallTrigger(ToolCallSyntax syntax, CallMark mark) => mark.Token is { } token
        ? new TextTrigger([], NothingGrammar.Instance, token)
        : syntax.OnlyAtStart ? null : new TextTrigger(Encoding.UTF8.GetBytes(mark.Rest), NothingGrammar.Instance);

    private static Grammar Space() =>
        Grammar.Repeat(Grammar.Choice(Grammar.Literal(" "), Grammar.Literal("\n"), Grammar.Literal("\r"), Grammar.Literal("\t")), 0, MostSpace);

    // The first call from its name on, further ones, and the end.
    private static Grammar AfterBegin(OutputForm.ToolCalls form)
    {
        var syntax = form.Syntax;
        var bodies = Grammar.Choice([.. form.Tools.Select(tool => Body(tool, syntax))]);
        var end = Grammar.Literal(syntax.End);
        if (form.MaxCalls == 1)
        {
            return Grammar.Sequence(bodies, end);
        }

        var further = Grammar.Sequence(Grammar.Literal(syntax.Separator + syntax.Open), bodies);
        return Grammar.Sequence(bodies, Grammar.Repeat(further, 0, form.MaxCalls == 0 ? null : form.MaxCalls - 1), end);
    }

    private static Grammar Body(ChatTool tool, ToolCallSyntax syntax)
    {
        var name = JsonEncodedText.Encode(tool.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        return Grammar.Sequence(
            Grammar.Literal(syntax.BeforeName + name + syntax.Middle), Grammar.Schema(Arguments(tool)), Grammar.Literal(syntax.Close));
    }

    // The arguments themselves are closed even where none is declared: such a tool has no parameters.
    private static JsonElement Closed(JsonElement schema)
    {
        try
        {
            if (schema.TryGetProperty("additionalProperties", out _) || IsDescribedElsewhere(schema))
            {
                return schema;
            }

            // Written into the text as it stands: whatever its depth and its texts are, the compiler judges them.
            var separator = schema.GetPropertyCount() > 0 ? "," : "";
            return JsonElement.Parse($$"""{"additionalProperties":false{{separator}}{{schema.GetRawText()[1..]}}""", DeepEnough);
        }
        catch (Exception failure) when (failure is InvalidOperationException or JsonException)
        {
            // A name that is no Unicode, or a depth beyond all limits: the compiler refuses it by its place.
            return schema;
        }
    }

    // Arguments that only a reference or a choice describes would lose every property to this one keyword.
    private static bool IsDescribedElsewhere(JsonElement schema) =>
        !schema.TryGetProperty("properties", out _) && Combining.Any(keyword => schema.TryGetProperty(keyword, out _));

    // A tool is somebody else's, and its schema often says more than a grammar can keep: then its arguments are any object,
    // and the tool itself judges them, as it does with every provider.
    private static SchemaAutomaton Arguments(ChatTool tool) => Kept(tool, out _) ?? JsonSchemaCompiler.AnyObject(SchemaLimits.Default);

    private static SchemaAutomaton? Kept(ChatTool tool, out string? fault)
    {
        fault = null;
        if (tool.Parameters.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        try
        {
            return JsonSchemaCompiler.Compile(Closed(tool.Parameters), SchemaLimits.Default, forAnswers: true);
        }
        catch (ConstraintException refusal)
        {
            fault = refusal.Message;
            return null;
        }
    }
}
