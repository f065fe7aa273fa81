using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slerp.Engine.Constraints;
using Slerp.Engine.Constraints.Grammars;

namespace Slerp.Engine;

/// <summary>From the form of an answer to its grammar, as pure functions.</summary>
internal static class OutputGrammar
{
    /// <summary>The grammar, or null where anything goes.</summary>
    /// <exception cref="ConstraintException">A schema asks for what cannot be kept; the message names the keyword and where it stands.</exception>
    public static Grammar? For(OutputForm form) => form switch
    {
        OutputForm.FreeText => null,
        OutputForm.Json json => Grammar.Schema(JsonSchemaCompiler.Compile(json.Schema, SchemaLimits.Default)),
        OutputForm.ToolCalls calls => Calls(calls),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "Unknown form of output."),
    };

    private static Grammar Calls(OutputForm.ToolCalls form)
    {
        var syntax = form.Syntax;
        var bodies = Grammar.Choice([.. form.Tools.Select(tool => Body(tool, syntax))]);
        var whole = Grammar.Sequence(Grammar.Literal(syntax.Open), bodies);
        var separator = syntax.Separator.Length == 0 ? null : Grammar.Literal(syntax.Separator);
        if (form.Otherwise is OutputForm.FreeText)
        {
            // After its text the answer has begun a call: that call, and further ones.
            var further = separator is null ? whole : Grammar.Sequence(separator, whole);
            var then = form.MaxCalls == 1
                ? bodies
                : Grammar.Sequence(bodies, Grammar.Repeat(further, 0, form.MaxCalls == 0 ? null : form.MaxCalls - 1));
            return Grammar.FreeTextUntil(Encoding.UTF8.GetBytes(syntax.Open), then);
        }

        var required = Grammar.Repeat(whole, 1, form.MaxCalls == 0 ? null : form.MaxCalls, separator);
        return form.Otherwise is { } other && For(other) is { } alternative ? Grammar.Choice(alternative, required) : required;
    }

    private static Grammar Body(ChatTool tool, ToolCallSyntax syntax)
    {
        var name = JsonEncodedText.Encode(tool.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        return Grammar.Sequence(
            Grammar.Literal(syntax.BeforeName + name + syntax.Middle), Grammar.Schema(Arguments(tool)), Grammar.Literal(syntax.Close));
    }

    // A schema that is silent about further properties allows any; a tool has parameters, and a model should not invent more.
    private static JsonElement Closed(JsonElement schema)
    {
        if (schema.TryGetProperty("additionalProperties", out _))
        {
            return schema;
        }

        var closed = JsonObject.Create(schema)!;
        closed["additionalProperties"] = false;
        return JsonElement.Parse(closed.ToJsonString());
    }

    // A tool is somebody else's, and its schema often says more than a grammar can keep: then its arguments are any object,
    // and the tool itself judges them, as it does with every provider.
    private static SchemaAutomaton Arguments(ChatTool tool)
    {
        if (tool.Parameters.ValueKind != JsonValueKind.Object)
        {
            return JsonSchemaCompiler.AnyObject(SchemaLimits.Default);
        }

        try
        {
            return JsonSchemaCompiler.Compile(Closed(tool.Parameters), SchemaLimits.Default);
        }
        catch (ConstraintException)
        {
            return JsonSchemaCompiler.AnyObject(SchemaLimits.Default);
        }
    }
}
