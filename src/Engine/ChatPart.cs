namespace Slerp.Engine;

/// <summary>A piece of a turn's text.</summary>
/// <param name="Text">The text. Whatever it spells, it never becomes a control token.</param>
/// <param name="IsPassage">Whether it is context to draw on (a retrieved passage, a document), which token merging may shorten.</param>
public sealed record ChatPart(string Text, bool IsPassage = false);
