namespace Slerp.Engine;

/// <summary>One turn of a conversation: the only chat noun the engine knows. Immutable; thread-safe.</summary>
public sealed record ChatTurn
{
    /// <summary>Who speaks.</summary>
    public required ChatTurnRole Role { get; init; }

    /// <summary>The content, in order; empty for a turn that only calls tools.</summary>
    public IReadOnlyList<ChatPart> Parts { get; init; } = [];

    /// <summary>The speaker's name, or for a tool turn the tool's name; null when unknown.</summary>
    public string? Name { get; init; }

    /// <summary>The calls an assistant turn makes.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];

    /// <summary>For a tool turn, the call it answers; null when unknown.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>An assistant turn's reasoning, handed to templates as <c>reasoning_content</c>; null when there is none.</summary>
    public string? Reasoning { get; init; }

    /// <summary>A turn with one piece of plain text.</summary>
    /// <param name="role">Who speaks.</param>
    /// <param name="text">What is said.</param>
    public static ChatTurn FromText(ChatTurnRole role, string text) => new() { Role = role, Parts = [new ChatPart(text)] };
}
