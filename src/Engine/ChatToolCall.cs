namespace Slerp.Engine;

/// <summary>A call the assistant made in an earlier turn. Immutable; thread-safe.</summary>
/// <param name="Id">The call's identity; its result's <see cref="ChatTurn.ToolCallId"/> repeats it.</param>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">The arguments as JSON text, normally one object. Text that is not JSON reaches the template as a string.</param>
public sealed record ChatToolCall(string Id, string Name, string Arguments);
