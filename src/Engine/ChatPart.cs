namespace Slerp.Engine;

/// <summary>One piece of a turn's content. The pieces of a turn are joined without a separator. Immutable; thread-safe.</summary>
/// <param name="Text">The words, as the caller gave them; never interpreted as template text or control tokens.</param>
/// <param name="Kind">Whether the piece may be merged.</param>
public sealed record ChatPart(string Text, ChatPartKind Kind = ChatPartKind.Text);
