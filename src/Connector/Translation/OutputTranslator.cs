using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Response format and tool mode to the form an answer must have, and to what the model is told of it.</summary>
internal static class OutputTranslator
{
    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}""");

    /// <summary>The form.</summary>
    /// <param name="options">The request's options.</param>
    /// <param name="tools">The tools rendered.</param>
    /// <param name="dialect">How calls are written; null where no tools are rendered.</param>
    public static OutputForm Translate(ChatOptions? options, IReadOnlyList<ChatTool> tools, ToolCallDialect? dialect)
    {
        var answer = Schema(options) is { } schema ? new OutputForm.Json(schema) : (OutputForm)OutputForm.FreeText.Instance;
        if (tools.Count == 0 || dialect is null)
        {
            return answer;
        }

        var required = options?.ToolMode as RequiredChatToolMode;
        var callable = required?.RequiredFunctionName is { } name ? tools.Where(tool => tool.Name == name).ToList() : tools;
        return new OutputForm.ToolCalls(callable, dialect.Syntax, options?.AllowMultipleToolCalls == false ? 1 : dialect.MaxCalls, required is null ? answer : null);
    }

    /// <summary>The form where calls are unwanted though the model may think of one: tools came with <see cref="ChatToolMode.None"/>, or none but earlier turns have calls.</summary>
    /// <param name="output">The form so far.</param>
    /// <param name="asked">The request.</param>
    /// <param name="dialect">How the model would write a call; null where it is not known.</param>
    public static OutputForm WithoutCalls(OutputForm output, AskedRequest asked, ToolCallDialect? dialect) =>
        output is OutputForm.FreeText && dialect is not null && asked is { Tools.Count: 0, Prompt: Prompt.Conversation conversation }
        && (asked.Options is { ToolMode: NoneChatToolMode, Tools.Count: > 0 } || conversation.Turns.Any(static turn => turn.ToolCalls.Count > 0))
            ? new OutputForm.TextWithoutCalls(dialect.Syntax)
            : output;

    /// <summary>The instructions, with the schema where there is one: the grammar keeps the form, but the model should know it.</summary>
    public static string? Instructions(ChatOptions? options)
    {
        if (options?.ResponseFormat is not ChatResponseFormatJson format)
        {
            return options?.Instructions;
        }

        var form = format.Schema is { } schema ? $"Answer with one JSON value of this schema:\n{schema.GetRawText()}" : "Answer with one JSON object.";
        var named = format.SchemaDescription is { Length: > 0 } description ? $"{form}\n{description}" : form;
        return string.IsNullOrWhiteSpace(options.Instructions) ? named : $"{options.Instructions}\n\n{named}";
    }

    private static JsonElement? Schema(ChatOptions? options) =>
        options?.ResponseFormat is ChatResponseFormatJson format ? format.Schema ?? AnyObject : null;
}
