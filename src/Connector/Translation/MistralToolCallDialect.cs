using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Mistral up to its tokenizer v7: <c>[TOOL_CALLS][{"name": …, "arguments": {…}}, …]</c>, the mark a control token.</summary>
internal sealed class MistralToolCallDialect : ToolCallDialect
{
    /// <summary>The mark by which a template is recognised.</summary>
    public const string OpenMark = "[TOOL_CALLS]";

    // Later templates write a call as name, mark, arguments instead of a list.
    private const string ArgumentsMark = "[ARGS]";

    private static readonly MistralToolCallDialect Tight = new("[");
    private static readonly MistralToolCallDialect Spaced = new(" [");

    private MistralToolCallDialect(string list) =>
        Syntax = new ToolCallSyntax("", "{\"name\": \"", "\", \"arguments\": ", "}", ", ") { Begin = OpenMark + list, End = "]" };

    /// <inheritdoc />
    public override string Open => OpenMark;

    /// <inheritdoc />
    public override string? Close => null;

    /// <inheritdoc />
    public override ToolCallSyntax Syntax { get; }

    /// <summary>As a template spaces it.</summary>
    public static MistralToolCallDialect For(string? template) =>
        template?.Contains(OpenMark + " [", StringComparison.Ordinal) ?? false ? Spaced : Tight;

    /// <summary>The dialect where a template writes calls as a list; null where it writes them otherwise.</summary>
    public static MistralToolCallDialect? ForList(string template) =>
        template.Contains(ArgumentsMark, StringComparison.Ordinal) ? null : For(template);

    /// <inheritdoc />
    public override ToolCallReading? Read(string body, IReadOnlySet<string> toolNames)
    {
        if (ToolCallJson.Values(body, separator: null, out var length) is not [{ ValueKind: JsonValueKind.Array } list])
        {
            return null;
        }

        List<FunctionCallContent> calls = [.. list.EnumerateArray().Select(ToolCallJson.Call).OfType<FunctionCallContent>()];
        return calls.Count > 0 && calls.Count == list.GetArrayLength() ? new ToolCallReading(calls, length) : null;
    }
}
