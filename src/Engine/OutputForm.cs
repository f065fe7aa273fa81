using System.Text.Json;

namespace Slerp.Engine;

/// <summary>What form an answer must have. A closed union; every form but free text is kept by the grammar, token by token.</summary>
public abstract record OutputForm
{
    private OutputForm()
    {
    }

    /// <summary>Whether an answer of this form may be free text, or begin as such: stop sequences count there alone, and end no JSON and no call.</summary>
    public abstract bool MayBeText { get; }

    /// <summary>Anything.</summary>
    public sealed record FreeText : OutputForm
    {
        /// <summary>The one instance.</summary>
        public static FreeText Instance { get; } = new();

        /// <inheritdoc />
        public override bool MayBeText => true;
    }

    /// <summary>Anything but a call of a tool: the mark that would begin one is never written. An answer that would have none is the one of <see cref="FreeText"/>.</summary>
    /// <remarks>Reasoning may speak of the mark. Where calls have none (<see cref="ToolCallSyntax.OnlyAtStart"/>), only <see cref="ToolCallSyntax.OptionalMark"/> is kept out: what looks like such a call is text.</remarks>
    /// <param name="Syntax">How the model would write a call.</param>
    public sealed record TextWithoutCalls(ToolCallSyntax Syntax) : OutputForm
    {
        /// <inheritdoc />
        public override bool MayBeText => true;
    }

    /// <summary>One JSON value that satisfies a schema.</summary>
    /// <remarks>An object that declares properties has no others, unless the schema speaks of <c>additionalProperties</c> or combines several subschemas there.</remarks>
    /// <param name="Schema">JSON Schema (2020-12); <c>true</c> for any value.</param>
    public sealed record Json(JsonElement Schema) : OutputForm
    {
        /// <inheritdoc />
        public override bool MayBeText => false;
    }

    /// <summary>Calls of tools whose arguments satisfy their schemas.</summary>
    /// <param name="Tools">The tools that may be called.</param>
    /// <param name="Syntax">How the model writes a call.</param>
    /// <param name="MaxCalls">Most calls; 0 for no limit.</param>
    /// <param name="Otherwise">What the answer may be instead: free text (then a call may follow it), JSON, or null where a call is required.</param>
    public sealed record ToolCalls(IReadOnlyList<ChatTool> Tools, ToolCallSyntax Syntax, int MaxCalls, OutputForm? Otherwise) : OutputForm
    {
        /// <inheritdoc />
        public override bool MayBeText => Otherwise is FreeText;
    }
}
