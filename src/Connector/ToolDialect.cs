namespace Slerp.Connector;

/// <summary>How a model writes its tool calls.</summary>
public enum ToolDialect
{
    /// <summary>As its chat template teaches; where none of the known ones is found there, tools are refused.</summary>
    FromTemplate = 0,

    /// <summary>Hermes, Qwen: <c>&lt;tool_call&gt;{"name": …, "arguments": …}&lt;/tool_call&gt;</c>.</summary>
    Hermes,

    /// <summary>Llama 3.1 and later: <c>{"name": …, "parameters": …}</c> as the whole answer.</summary>
    Llama3,

    /// <summary>Mistral: <c>[TOOL_CALLS][{"name": …, "arguments": …}]</c>.</summary>
    Mistral,
}
