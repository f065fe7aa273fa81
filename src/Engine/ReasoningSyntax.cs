namespace Slerp.Engine;

/// <summary>How a model marks the reasoning before its answer. Where a mark is a control token of the model, it becomes part of the text.</summary>
/// <param name="Open">What begins it, at the start of the answer or at the end of the prompt.</param>
/// <param name="Close">What ends it.</param>
public sealed record ReasoningSyntax(string Open, string Close);
