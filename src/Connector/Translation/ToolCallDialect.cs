using Slerp.Engine;

namespace Slerp.Connector.Translation;

/// <summary>How a family of models writes tool calls in its text.</summary>
internal abstract class ToolCallDialect
{
    /// <summary>The mark before calls.</summary>
    public abstract string Open { get; }

    /// <summary>The mark after a call; null where calls run to the end of the answer.</summary>
    public abstract string? Close { get; }

    /// <summary>What an answer begins with that is a call without a mark; null where calls always have one.</summary>
    public virtual string? BareOpen => null;

    /// <summary>Most calls the template can hold in one turn; 0 for no limit.</summary>
    public virtual int MaxCalls => 0;

    /// <summary>How a call is written, for the grammar that keeps it valid.</summary>
    public abstract ToolCallSyntax Syntax { get; }

    /// <summary>The dialect asked for, or the one a chat template teaches; null where none is known.</summary>
    public static ToolCallDialect? For(ToolDialect asked, string? template) => asked switch
    {
        ToolDialect.Hermes => HermesToolCallDialect.Instance,
        ToolDialect.Llama3 => Llama3ToolCallDialect.Instance,
        ToolDialect.Mistral => MistralToolCallDialect.For(template),
        _ => template is null ? null : ForTemplate(template),
    };

    /// <summary>The calls written there, and how much of the text they take; null where a name or its arguments cannot be read.</summary>
    /// <param name="body">What stands after the mark, up to the closing mark or the end of the answer.</param>
    /// <param name="toolNames">The tools offered.</param>
    public abstract ToolCallReading? Read(string body, IReadOnlySet<string> toolNames);

    private static ToolCallDialect? ForTemplate(string template) =>
        template.Contains(HermesToolCallDialect.OpenMark, StringComparison.Ordinal) ? HermesToolCallDialect.Instance
        : template.Contains(MistralToolCallDialect.OpenMark, StringComparison.Ordinal) ? MistralToolCallDialect.ForList(template)
        : template.Contains("<|start_header_id|>", StringComparison.Ordinal) && template.Contains("\"parameters\": ", StringComparison.Ordinal)
            ? Llama3ToolCallDialect.Instance
            : null;
}
