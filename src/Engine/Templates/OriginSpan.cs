namespace Slerp.Engine.Templates;

/// <summary>Characters of a prompt that came from the conversation, not from the template.</summary>
/// <param name="Start">The first character, in UTF-16 units of the prompt.</param>
/// <param name="Length">How many characters.</param>
/// <param name="Part">Which part they came from: an index into <see cref="RenderedPrompt.Parts"/>.</param>
internal readonly record struct OriginSpan(int Start, int Length, int Part);
