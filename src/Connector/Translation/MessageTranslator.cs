using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>Messages to turns. The order is kept; nothing is left out in silence.</summary>
internal sealed class MessageTranslator(UnsupportedContent unsupported, IgnoredFeatures ignored)
{
    /// <summary>The turns of a conversation; instructions and leading system messages become one system turn.</summary>
    public IReadOnlyList<ChatTurn> Translate(IEnumerable<ChatMessage> messages, string? instructions)
    {
        var turns = new List<ChatTurn>();
        var toolNames = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!string.IsNullOrWhiteSpace(instructions))
        {
            turns.Add(ChatTurn.FromText(ChatTurnRole.System, instructions));
        }

        foreach (var (index, message) in messages.Index())
        {
            Add(message, index, toolNames, turns);
        }

        return turns;
    }

    /// <summary>The text of messages as it stands, for a prompt without a template.</summary>
    public string Text(IEnumerable<ChatMessage> messages) => string.Concat(messages.SelectMany(static message => message.Contents).Select(Text));

    private void Add(ChatMessage message, int index, Dictionary<string, string> toolNames, List<ChatTurn> turns)
    {
        var role = Role(message.Role);
        var parts = new TurnParts();
        var calls = new List<ChatToolCall>();
        var results = new List<ChatTurn>();
        StringBuilder? reasoning = null;
        foreach (var (place, content) in message.Contents.Index())
        {
            switch (content)
            {
                case TextReasoningContent thought:
                    (reasoning ??= new StringBuilder()).Append(thought.Text);
                    break;
                case TextContent text:
                    parts.Add(text.Text, Kind(text));
                    break;
                case FunctionCallContent call:
                    toolNames[call.CallId] = call.Name;
                    calls.Add(new ChatToolCall(call.CallId, call.Name, Arguments(call, new ObjectPlace(index, place, "arguments", call.CallId, call.Name))));
                    break;
                case FunctionResultContent result:
                    var name = toolNames.GetValueOrDefault(result.CallId);
                    results.Add(Result(result, name, new ObjectPlace(index, place, "result", result.CallId, name)));
                    break;
                case DataContent data when data.HasTopLevelMediaType("text"):
                    parts.AddDocument(DocumentText.Decode(data));
                    break;
                default:
                    LeaveOut(content);
                    break;
            }
        }

        if (results.Count == 0 || parts.Any || calls.Count > 0)
        {
            AddTurn(turns, new ChatTurn
            {
                Role = calls.Count > 0 ? ChatTurnRole.Assistant : role,
                Parts = parts.ToList(),
                Name = message.AuthorName,
                ToolCalls = calls,
                Reasoning = reasoning?.ToString(),
            });
        }

        turns.AddRange(results);
    }

    /// <summary>Many templates allow one system turn, at the start: leading ones are joined.</summary>
    private static void AddTurn(List<ChatTurn> turns, ChatTurn turn)
    {
        if (turn.Role == ChatTurnRole.System && turns is [{ Role: ChatTurnRole.System } first])
        {
            var joined = new TurnParts();
            joined.AddRange(first.Parts);
            joined.AddParagraphs(turn.Parts);
            turns[0] = first with { Parts = joined.ToList(), Name = null };
        }
        else
        {
            turns.Add(turn);
        }
    }

    private static ChatTurnRole Role(ChatRole role)
    {
        if (role == ChatRole.System || role == new ChatRole("developer"))
        {
            return ChatTurnRole.System;
        }

        return role == ChatRole.Assistant ? ChatTurnRole.Assistant
            : role == ChatRole.Tool ? ChatTurnRole.Tool
            : ChatTurnRole.User;
    }

    private static ChatPartKind Kind(TextContent text) =>
        new PropertyReader(text.AdditionalProperties).Boolean(SlerpProperties.Context) == true ? ChatPartKind.Passage : ChatPartKind.Text;

    private static string Arguments(FunctionCallContent call, ObjectPlace place) =>
        call.Arguments is { } arguments ? place.Json(arguments, typeof(IDictionary<string, object?>)) : "{}";

    private ChatTurn Result(FunctionResultContent result, string? name, ObjectPlace place) => new()
    {
        Role = ChatTurnRole.Tool,
        Parts = [new ChatPart(ResultText(result.Result, place), ChatPartKind.Passage)],
        Name = name,
        ToolCallId = result.CallId,
    };

    // Functions hand over content as it is, those of MCP servers lists of it: an image as JSON would be a prompt of base64.
    private string ResultText(object? result, ObjectPlace place) => result switch
    {
        null => string.Empty,
        string text => text,
        AIContent content => ReturnedText(content, place),
        IEnumerable<AIContent> contents => string.Join("\n\n", contents.Select(content => ReturnedText(content, place)).Where(static text => text.Length > 0)),
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
        JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => string.Empty,
        _ => place.Json(result, typeof(object)),
    };

    // What a tool returns is all an answer to the model: an error is its message, a link is read as JSON. Only media, files and accounting are what they are elsewhere.
    private string ReturnedText(AIContent content, ObjectPlace place)
    {
        switch (content)
        {
            case ErrorContent error:
                return error.Message;
            case TextContent or DataContent or HostedFileContent or HostedVectorStoreContent or UsageContent:
                return Text(content);
        }

        try
        {
            return place.Json(content, typeof(object));
        }
        catch (ArgumentException refused) when (refused.InnerException is NotSupportedException)
        {
            // A type of the application's own, which has no JSON: it is noted and costs no answer.
            LeaveOut(content);
            return string.Empty;
        }
    }

    private string Text(AIContent content)
    {
        switch (content)
        {
            case TextContent text:
                return text.Text;
            case DataContent data when data.HasTopLevelMediaType("text"):
                return DocumentText.Decode(data);
            default:
                LeaveOut(content);
                return string.Empty;
        }
    }

    private void LeaveOut(AIContent content)
    {
        var kind = content switch
        {
            DataContent data => $"content of media type '{data.MediaType}'",
            UriContent uri => $"content of media type '{uri.MediaType}' behind a URI",
            HostedFileContent => "a hosted file (media type unknown)",
            HostedVectorStoreContent => "a hosted vector store",
            _ => null,
        };
        if (kind is null)
        {
            ignored.Note(content.GetType().Name, "It is not part of what a model reads.");
        }
        else if (unsupported == UnsupportedContent.Throw)
        {
            throw new NotSupportedException(
                $"A message holds {kind}, which this text model cannot read; it reads text and media types 'text/*'. "
                + $"Convert it to text first, or set {nameof(SlerpChatClientOptions.UnsupportedContent)} to {nameof(UnsupportedContent.Ignore)} to leave it out.");
        }
        else
        {
            ignored.Warn(kind, "This text model cannot read it, and UnsupportedContent is Ignore.");
        }
    }
}
