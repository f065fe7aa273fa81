namespace Slerp.Engine.Templates;

/// <summary>A part of the conversation that characters of a prompt can come from.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Turn">The turn's index; for a tool schema the tool's index, for a variable -1.</param>
/// <param name="Part">The index inside the turn's parts, or -1 for text of the turn that is no part (name, reasoning, tool calls and their ids).</param>
internal readonly record struct PromptPart(PromptPartKind Kind, int Turn, int Part);
