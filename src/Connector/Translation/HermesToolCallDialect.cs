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
    public override string? Close => "</tool_call>";

    /// <inheritdoc />
    public override ToolCallSyntax Syntax { get; } = new(OpenMark, "\n{\"name\": \"", "\", \"arguments\": ", "}\n</tool_call>", "\n");

    /// <inheritdoc />
    public override ToolCallReading? Read(string body, IReadOnlySet<string> toolNames) =>
        ToolCallJson.Values(body, separator: null, out var length) is [var value]
        && string.IsNullOrWhiteSpace(body[length..])
        && ToolCallJson.Call(value) is { } call
            ? new ToolCallReading([call], body.Length)
            : null;
}
