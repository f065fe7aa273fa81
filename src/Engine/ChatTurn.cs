namespace Slerp.Engine;

/// <summary>One turn of a conversation: the only chat noun the engine knows. Immutable.</summary>
public sealed record ChatTurn
{
    /// <summary>Who speaks.</summary>
    public required ChatTurnRole Role { get; init; }

    /// <summary>The content, in order. May be empty.</summary>
    public IReadOnlyList<ChatPart> Parts { get; init; } = [];

    /// <summary>The speaker's or tool's name; null where there is none.</summary>
    public string? Name { get; init; }

    /// <summary>Calls an assistant turn makes. Empty elsewhere.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];

    /// <summary>For a tool turn: the id of the call it answers; null where unknown.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Reasoning an assistant turn showed before its answer; null where there is none.</summary>
    public string? Reasoning { get; init; }

    /// <summary>A turn of one plain text part.</summary>
    public static ChatTurn FromText(ChatTurnRole role, string text) => new() { Role = role, Parts = [new ChatPart(text)] };
}
