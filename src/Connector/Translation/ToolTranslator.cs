using Microsoft.Extensions.AI;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Tools to what the template renders. What the model cannot do is refused by name.</summary>
internal sealed class ToolTranslator(IgnoredFeatures ignored)
{
    /// <summary>The tools to render; empty where none are offered or the mode is none.</summary>
    public IReadOnlyList<ChatTool> Translate(ChatOptions? options, ModelInfo model)
    {
        if (options?.ToolMode is RequiredChatToolMode { RequiredFunctionName: { } name }
            && options.Tools?.Any(tool => tool.Name == name) is not true)
        {
            throw new InvalidOperationException(
                $"ChatOptions.ToolMode requires the tool '{name}', which is not among the {options.Tools?.Count ?? 0} tools of the request. Add it to ChatOptions.Tools.");
        }

        if (options is not { Tools.Count: > 0 } || options.ToolMode is NoneChatToolMode)
        {
            return [];
        }

        var tools = Functions(options.Tools);
        if (tools.Count == 0)
        {
            return [];
        }

        if (!model.SupportsTools)
        {
            throw new NotSupportedException(
                $"The request offers {tools.Count} tools, but the chat template of model '{model.Name}' writes none. "
                + "Use a model trained for tools, or send the request with ToolMode None.");
        }

        return tools;
    }

    private List<ChatTool> Functions(IList<AITool> tools)
    {
        var functions = new List<ChatTool>(tools.Count);
        foreach (var tool in tools)
        {
            if (tool is AIFunctionDeclaration function)
            {
                functions.Add(new ChatTool(function.Name, function.Description, function.JsonSchema));
            }
            else
            {
                ignored.Warn($"tool '{tool.Name}' ({tool.GetType().Name})", "Only functions are offered to a local model.");
            }
        }

        return functions;
    }
}
