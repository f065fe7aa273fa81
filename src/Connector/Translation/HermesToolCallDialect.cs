using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Hermes, Qwen and the embedded model: <c>&lt;tool_call&gt;{"name": …, "arguments": {…}}&lt;/tool_call&gt;</c>.</summary>
internal sealed class HermesToolCallDialect : ToolCallDialect
{
    /// <summary>The mark by which a template is recognised.</summary>
    public const string OpenMark = "<tool_call>";

    private HermesToolCallDialect()
    {
    }

    /// <summary>The one instance.</summary>
    public static HermesToolCallDialect Instance { get; } = new();

    /// <inheritdoc />
    public override string Open => OpenMark;

    /// <inheritdoc />
    public override string Close => "</tool_call>";

    /// <inheritdoc />
    public override ToolCallSyntax Syntax { get; } = new(OpenMark, "\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_call>", "\n");

    /// <inheritdoc />
    public override FunctionCallContent? Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement is { ValueKind: JsonValueKind.Object } call
                && call.TryGetProperty("name", out var name)
                && name.ValueKind == JsonValueKind.String
                && name.GetString() is { Length: > 0 } toolName
                && Arguments(call) is { } arguments
                    ? new FunctionCallContent($"call_{Guid.NewGuid():N}", toolName, arguments)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Some models write the arguments object as a string of JSON; a call may leave it out when it has none.</summary>
    private static Dictionary<string, object?>? Arguments(JsonElement call)
    {
        if (!call.TryGetProperty("arguments", out var arguments) && !call.TryGetProperty("parameters", out arguments))
        {
            return [];
        }

        if (arguments.ValueKind == JsonValueKind.String)
        {
            using var inner = JsonDocument.Parse(arguments.GetString()!);
            return ToolArguments.FromObject(inner.RootElement);
        }

        return ToolArguments.FromObject(arguments);
    }
}
