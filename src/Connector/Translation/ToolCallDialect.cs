using Microsoft.Extensions.AI;
using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>How a family of models writes tool calls in its text: between two marks.</summary>
internal abstract class ToolCallDialect
{
    /// <summary>The mark before a call.</summary>
    public abstract string Open { get; }

    /// <summary>The mark after it.</summary>
    public abstract string Close { get; }

    /// <summary>How a call is written, for the grammar that keeps it valid.</summary>
    public abstract ToolCallSyntax Syntax { get; }

    /// <summary>The dialect a chat template teaches; null where none is known.</summary>
    public static ToolCallDialect? ForTemplate(string? template) =>
        template is not null && template.Contains(HermesToolCallDialect.OpenMark, StringComparison.Ordinal)
            ? HermesToolCallDialect.Instance
            : null;

    /// <summary>The call written between the marks; null where its name or arguments cannot be read.</summary>
    public abstract FunctionCallContent? Parse(string body);
}
