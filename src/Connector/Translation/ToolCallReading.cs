using Microsoft.Extensions.AI;

namespace Slerp.Connector.Translation;

/// <summary>Calls read from a text.</summary>
/// <param name="Calls">The calls, at least one.</param>
/// <param name="Length">Characters of the text they take; what follows is text.</param>
internal sealed record ToolCallReading(IReadOnlyList<FunctionCallContent> Calls, int Length);
