using System.Buffers;
using System.Text;
using Microsoft.Extensions.AI;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Tools to what the template renders. A call that is required and nobody could make is refused by name.</summary>
internal sealed class ToolTranslator(IgnoredFeatures ignored)
{
    private readonly ToolSchemas _schemas = new(ignored);

    /// <summary>The tools to render; empty where none are offered or the mode is none.</summary>
    /// <exception cref="ArgumentException">A function has no name, or one that is no text.</exception>
    /// <exception cref="InvalidOperationException">A call is required of what is no function of the request.</exception>
    public IReadOnlyList<ChatTool> Translate(ChatOptions? options)
    {
        if (options?.ToolMode is NoneChatToolMode)
        {
            return [];
        }

        var tools = Functions(options?.Tools ?? []);
        if (options?.ToolMode is RequiredChatToolMode required)
        {
            ThrowIfNobodyCanBeCalled(required, options.Tools ?? [], tools);
        }

        return tools;
    }

    private static void ThrowIfNobodyCanBeCalled(RequiredChatToolMode required, IList<AITool> given, List<ChatTool> functions)
    {
        var offered = functions.Count == 0 ? "none" : string.Join(", ", functions.Select(static tool => $"'{tool.Name}'"));
        if (required.RequiredFunctionName is not { } name)
        {
            if (functions.Count == 0)
            {
                throw new InvalidOperationException(
                    $"ChatOptions.ToolMode requires a call, but none of the {given.Count} tools of the request is a function. Add a function to ChatOptions.Tools, or send the request with ToolMode Auto.");
            }
        }
        else if (functions.TrueForAll(tool => tool.Name != name))
        {
            throw new InvalidOperationException(given.FirstOrDefault(tool => tool.Name == name) is { } other
                ? $"ChatOptions.ToolMode requires the tool '{name}', which is a {other.GetType().Name} and no function: a local model can call functions alone (here: {offered}). Require one of these, or send the request with ToolMode Auto."
                : $"ChatOptions.ToolMode requires the tool '{name}', which is not among the functions of the request ({offered}). Add it to ChatOptions.Tools.");
        }
    }

    // A call is text that names its function.
    private static void ThrowIfNobodyCanName(string? name, int index)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ArgumentException($"ChatOptions.Tools[{index}].Name is empty, so no call could name the function. Give it a name.");
        }

        for (var position = 0; position < name.Length;)
        {
            if (Rune.DecodeFromUtf16(name.AsSpan(position), out _, out var length) != OperationStatus.Done)
            {
                throw new ArgumentException(
                    $"ChatOptions.Tools[{index}].Name has half a surrogate pair (U+{(int)name[position]:X4}) at character {position}, so it is no text a model could write. Give the function a name of whole characters.");
            }

            position += length;
        }
    }

    private List<ChatTool> Functions(IList<AITool> tools)
    {
        var functions = new List<ChatTool>(tools.Count);
        foreach (var (index, tool) in tools.Index())
        {
            if (tool is not AIFunctionDeclaration function)
            {
                ignored.Warn($"tool '{tool.Name}' ({tool.GetType().Name})", "Only functions are offered to a local model.");
                continue;
            }

            ThrowIfNobodyCanName(function.Name, index);
            if (functions.Exists(known => known.Name == function.Name))
            {
                ignored.Warn($"tool '{function.Name}'", "A function of that name is among the tools already; whoever calls it by name gets the first.");
            }
            else
            {
                var offered = new ChatTool(function.Name, function.Description, CallersRequest.Take(function.JsonSchema));
                _schemas.Note(offered);
                functions.Add(offered);
            }
        }

        return functions;
    }
}
