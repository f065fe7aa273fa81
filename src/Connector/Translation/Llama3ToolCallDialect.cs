using Microsoft.Extensions.AI;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Llama 3.1 and later: an answer that is the object <c>{"name": …, "parameters": {…}}</c>, sometimes after the control token <c>&lt;|python_tag|&gt;</c>.</summary>
/// <remarks>The template holds one call in a turn, so an answer makes one. JSON that names no offered tool is an answer like any other.</remarks>
internal sealed class Llama3ToolCallDialect : ToolCallDialect
{
    private const string Begin = "{\"name\":";

    private Llama3ToolCallDialect()
    {
    }

    /// <summary>The one instance.</summary>
    public static Llama3ToolCallDialect Instance { get; } = new();

    /// <inheritdoc />
    public override string Open => "<|python_tag|>";

    /// <inheritdoc />
    public override string? Close => null;

    /// <inheritdoc />
    public override string? BareOpen => Begin;

    /// <inheritdoc />
    public override int MaxCalls => 1;

    /// <inheritdoc />
    public override ToolCallSyntax Syntax { get; } = new(Begin, " \"", "\", \"parameters\": ", "}", "; ") { OptionalMark = "<|python_tag|>", OnlyAtStart = true };

    /// <inheritdoc />
    public override ToolCallReading? Read(string body, IReadOnlySet<string> toolNames)
    {
        var values = ToolCallJson.Values(body, separator: ';', out var length);
        List<FunctionCallContent> calls = [.. values.Select(ToolCallJson.Call).OfType<FunctionCallContent>().Where(call => toolNames.Contains(call.Name))];
        return calls.Count > 0 && calls.Count == values.Count ? new ToolCallReading(calls, length) : null;
    }
}
