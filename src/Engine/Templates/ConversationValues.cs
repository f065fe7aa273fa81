using System.Text;
using System.Text.Json;
using Slerp.Engine.Templates.Jinja;

namespace Slerp.Engine.Templates;

/// <summary>Puts a conversation into the shape templates expect, and notes which part each string came from.</summary>
/// <param name="traits">How this template wants arguments and content.</param>
internal sealed class ConversationValues(TemplateTraits traits)
{
    private readonly List<PromptPart> parts = [];

    /// <summary>The parts noted so far.</summary>
    public IReadOnlyList<PromptPart> Parts => parts;

    /// <summary>How many characters of conversation were converted.</summary>
    public long Characters { get; private set; }

    public ListValue Messages(IReadOnlyList<ChatTurn> turns)
    {
        var messages = new List<JinjaValue>(turns.Count);
        for (var index = 0; index < turns.Count; index++)
        {
            messages.Add(Message(turns[index], index));
        }

        return new ListValue(messages);
    }

    public ListValue Tools(IReadOnlyList<ChatTool> tools)
    {
        var values = new List<JinjaValue>(tools.Count);
        for (var index = 0; index < tools.Count; index++)
        {
            var part = Add(new PromptPart(PromptPartKind.ToolSchema, index, -1));
            var function = new DictValue();
            function.Set("name", Text(tools[index].Name, part));
            function.Set("description", Text(tools[index].Description, part));
            function.Set("parameters", Parameters(tools[index].Parameters, part));
            values.Add(Function(function));
        }

        return new ListValue(values);
    }

    public JinjaValue Variable(JsonElement value) => Json(value, Add(new PromptPart(PromptPartKind.Variable, -1, -1)));

    private DictValue Message(ChatTurn turn, int index)
    {
        var kind = turn.Role switch
        {
            ChatTurnRole.System => PromptPartKind.System,
            ChatTurnRole.User => PromptPartKind.User,
            ChatTurnRole.Assistant => PromptPartKind.Assistant,
            ChatTurnRole.Tool => PromptPartKind.Tool,
            _ => throw new ChatTemplateException($"turn {index} has the unknown role {(int)turn.Role}. Known: System, User, Assistant, Tool."),
        };
        var message = new DictValue();
        message.Set("role", new TextValue(Role(kind)));
        message.Set("content", Content(turn, index, kind));
        var part = Add(new PromptPart(kind, index, -1));
        SetText(message, "name", turn.Name, part);
        SetText(message, "tool_call_id", turn.ToolCallId is { } id ? CallId(id) : null, part);
        SetText(message, "reasoning_content", turn.Reasoning, part);
        if (turn.ToolCalls.Count > 0)
        {
            message.Set("tool_calls", new ListValue([.. turn.ToolCalls.Select(call => ToolCall(call, part))]));
        }

        return message;
    }

    private static string Role(PromptPartKind kind) => kind switch
    {
        PromptPartKind.System => "system",
        PromptPartKind.User => "user",
        PromptPartKind.Tool => "tool",
        _ => "assistant",
    };

    private JinjaValue Content(ChatTurn turn, int index, PromptPartKind kind)
    {
        if (turn.ToolCalls.Count > 0 && traits.HasFlag(TemplateTraits.NullCallContent) && turn.Parts.All(part => part.Text.Length == 0))
        {
            return NoneValue.Instance;
        }

        var text = new StringBuilder();
        var runs = new List<OriginRun>();
        var typed = new List<JinjaValue>();
        for (var position = 0; position < turn.Parts.Count; position++)
        {
            var content = turn.Parts[position];
            var part = Add(new PromptPart(Kind(content, kind), index, position));
            Characters += content.Text.Length;
            if (traits.HasFlag(TemplateTraits.TypedContent))
            {
                var item = new DictValue();
                item.Set("type", new TextValue("text"));
                item.Set("text", new TextValue(content.Text, part));
                typed.Add(item);
            }
            else if (content.Text.Length > 0)
            {
                text.Append(content.Text);
                runs.Add(new OriginRun(text.Length, part));
            }
        }

        return traits.HasFlag(TemplateTraits.TypedContent) ? new ListValue(typed) : new TextValue(text.ToString(), runs);
    }

    // What is protected counts as what a system turn says.
    private static PromptPartKind Kind(ChatPart content, PromptPartKind role) => content.Kind switch
    {
        ChatPartKind.Passage => PromptPartKind.Passage,
        ChatPartKind.Protected => PromptPartKind.System,
        _ => role,
    };

    private DictValue ToolCall(ChatToolCall call, int part)
    {
        var function = new DictValue();
        function.Set("name", Text(call.Name, part));
        function.Set("arguments", traits.HasFlag(TemplateTraits.TextArguments) ? Text(call.Arguments, part) : Arguments(call.Arguments, part));
        var value = Function(function);
        value.Set("id", Text(CallId(call.Id), part));
        return value;
    }

    private string CallId(string id) => traits.HasFlag(TemplateTraits.ShortCallIds) ? ShortCallId.Of(id) : id;

    /// <summary>The mapping the text spells, or the text itself where it spells none.</summary>
    private JinjaValue Arguments(string arguments, int part)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Json(document.RootElement, part) : Text(arguments, part);
        }
        catch (Exception failure) when (failure is JsonException or ChatTemplateException)
        {
            // No JSON, or none a template can hold: templates that print arguments still print what the model wrote.
            return Text(arguments, part);
        }
    }

    private JinjaValue Parameters(JsonElement schema, int part)
    {
        if (schema.ValueKind == JsonValueKind.Object)
        {
            return Json(schema, part);
        }

        var empty = new DictValue();
        empty.Set("type", new TextValue("object"));
        empty.Set("properties", new DictValue());
        return empty;
    }

    private static DictValue Function(DictValue function)
    {
        var value = new DictValue();
        value.Set("type", new TextValue("function"));
        value.Set("function", function);
        return value;
    }

    private JinjaValue Json(JsonElement element, int part)
    {
        Characters += element.GetRawText().Length;
        return JsonValues.Convert(element, part);
    }

    private void SetText(DictValue target, string key, string? text, int part)
    {
        if (text is not null)
        {
            target.Set(key, Text(text, part));
        }
    }

    private TextValue Text(string text, int part)
    {
        Characters += text.Length;
        return new TextValue(text, part);
    }

    private int Add(PromptPart part)
    {
        parts.Add(part);
        return parts.Count - 1;
    }
}
