namespace Slerp.Engine;

/// <summary>How a family of models writes a tool call: Open Name Middle Arguments Close.</summary>
/// <param name="Open">The mark that begins a call.</param>
/// <param name="BeforeName">What stands between the mark and the name.</param>
/// <param name="Middle">What stands between the name and the arguments object.</param>
/// <param name="Close">What ends a call.</param>
/// <param name="Separator">What stands between two calls.</param>
public sealed record ToolCallSyntax(string Open, string BeforeName, string Middle, string Close, string Separator);
