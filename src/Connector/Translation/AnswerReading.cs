using System.Collections.Frozen;

namespace Slerp.Connector.Translation;

/// <summary>How an answer's text is read.</summary>
/// <param name="Dialect">How tool calls are written; null where none are expected.</param>
/// <param name="Calls">How many calls an answer may make.</param>
/// <param name="Reasoning">What happens to text between reasoning marks.</param>
internal sealed record AnswerReading(ToolCallDialect? Dialect, CallCount Calls, ReasoningReading Reasoning)
{
    /// <summary>The tools offered, for dialects that have no mark of their own.</summary>
    public IReadOnlySet<string> ToolNames { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Whether the answer is JSON where it begins with no call.</summary>
    public bool MayBeJson { get; init; }

    /// <summary>The whole answer is text.</summary>
    public static AnswerReading PlainText { get; } = new(null, CallCount.Many, ReasoningReading.AsText);
}
