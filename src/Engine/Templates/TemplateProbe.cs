using System.Text.Json;

namespace Slerp.Engine.Templates;

/// <summary>Finds out a template's traits: renders conversations with words no template contains and looks which of them appear.</summary>
internal static class TemplateProbe
{
    private const string UserWord = "probe-user-word";
    private const string SystemWord = "probe-system-word";
    private const string ToolWord = "probe_tool_word";
    private const string CallWord = "probe_call_word";
    private const string ArgumentWord = "probe-argument-word";
    private const string ResultWord = "probe-result-word";

    /// <summary>Nine letters and digits: the one shape of call id every published template accepts.</summary>
    private const string CallId = "probe1234";

    /// <summary>A template that marks arguments as safe has all text it joins to them escaped: it was written for arguments as text.</summary>
    private const string EscapedQuote = "&#34;";

    /// <summary>What other clients make: a prefix and a GUID.</summary>
    private const string LongCallId = "call_0123456789abcdef0123456789abcdef";

    private static readonly ChatTurn User = ChatTurn.FromText(ChatTurnRole.User, UserWord);

    /// <summary>The traits of the template behind <paramref name="render"/>.</summary>
    public static TemplateTraits Examine(Func<ChatTemplateInput, TemplateTraits, string> render)
    {
        var shape = Shows(render, [User], TemplateTraits.None, UserWord) || !Shows(render, [User], TemplateTraits.TypedContent, UserWord)
            ? TemplateTraits.None
            : TemplateTraits.TypedContent;
        var traits = shape;
        if (Shows(render, [ChatTurn.FromText(ChatTurnRole.System, SystemWord), User], shape, SystemWord))
        {
            traits |= TemplateTraits.SystemRole;
        }

        if (Render(render, [User], shape) is not null && Render(render, [User, User], shape) is null)
        {
            traits |= TemplateTraits.Alternation;
        }

        if (Render(render, [User], shape, withTool: true)?.Contains(ToolWord, StringComparison.Ordinal) ?? false)
        {
            traits |= TemplateTraits.Tools;
        }

        return traits | ExamineCalls(render, shape);
    }

    /// <summary>Tries the shapes of tool calls templates are written for, the usual one first.</summary>
    private static TemplateTraits ExamineCalls(Func<ChatTemplateInput, TemplateTraits, string> render, TemplateTraits shape)
    {
        TemplateTraits[] shapes =
            [TemplateTraits.None, TemplateTraits.NullCallContent, TemplateTraits.TextArguments, TemplateTraits.TextArguments | TemplateTraits.NullCallContent];
        var turns = CallTurns(CallId);
        foreach (var callShape in shapes)
        {
            if (Render(render, turns, shape | callShape, withTool: true) is { } text
                && text.Contains(CallWord, StringComparison.Ordinal) && text.Contains(ArgumentWord, StringComparison.Ordinal)
                && !text.Contains(EscapedQuote, StringComparison.Ordinal))
            {
                var results = text.Contains(ResultWord, StringComparison.Ordinal) ? TemplateTraits.ToolResults : TemplateTraits.None;
                var ids = Render(render, CallTurns(LongCallId), shape | callShape, withTool: true) is null ? TemplateTraits.ShortCallIds : TemplateTraits.None;
                return TemplateTraits.ToolCalls | callShape | results | ids;
            }
        }

        return Shows(render, turns, shape, ResultWord) ? TemplateTraits.ToolResults : TemplateTraits.None;
    }

    private static ChatTurn[] CallTurns(string id) =>
    [
        User,
        new() { Role = ChatTurnRole.Assistant, ToolCalls = [new ChatToolCall(id, CallWord, $$"""{"argument":"{{ArgumentWord}}"}""")] },
        new() { Role = ChatTurnRole.Tool, Name = CallWord, ToolCallId = id, Parts = [new ChatPart(ResultWord)] },
    ];

    private static bool Shows(
        Func<ChatTemplateInput, TemplateTraits, string> render, IReadOnlyList<ChatTurn> turns, TemplateTraits shape, string word) =>
        Render(render, turns, shape)?.Contains(word, StringComparison.Ordinal) ?? false;

    /// <summary>The prompt, or null where the template refuses the conversation.</summary>
    private static string? Render(
        Func<ChatTemplateInput, TemplateTraits, string> render, IReadOnlyList<ChatTurn> turns, TemplateTraits shape, bool withTool = false)
    {
        try
        {
            return render(new ChatTemplateInput { Turns = turns, Tools = withTool ? [Tool()] : [] }, shape);
        }
        catch (ChatTemplateException)
        {
            // A refusal is the answer the probe asks for.
            return null;
        }
    }

    private static ChatTool Tool()
    {
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"argument":{"type":"string","description":"a"}},"required":["argument"]}""");
        return new ChatTool(ToolWord, "probe", schema.RootElement.Clone());
    }
}
