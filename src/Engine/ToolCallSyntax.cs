namespace Slerp.Engine;

/// <summary>How a family of models writes tool calls: Begin, then calls (Open BeforeName name Middle arguments Close) with a separator between them, then End.</summary>
/// <param name="Open">What begins each call.</param>
/// <param name="BeforeName">What stands between that and the name.</param>
/// <param name="Middle">What stands between the name and the arguments object.</param>
/// <param name="Close">What ends a call.</param>
/// <param name="Separator">What stands between two calls.</param>
public sealed record ToolCallSyntax(string Open, string BeforeName, string Middle, string Close, string Separator)
{
    /// <summary>What stands once, before the first call. Where it starts with a control token of the model, that token is meant and becomes part of the text.</summary>
    /// <value>Nothing.</value>
    public string Begin { get; init; } = "";

    /// <summary>What stands once, after the last call.</summary>
    /// <value>Nothing.</value>
    public string End { get; init; } = "";

    /// <summary>A control token that some models put before the calls and others leave out.</summary>
    /// <value>None.</value>
    public string OptionalMark { get; init; } = "";

    /// <summary>Whether calls stand only at the start of an answer (or after the optional mark): what looks like one later is text.</summary>
    /// <value>false: they may follow text.</value>
    public bool OnlyAtStart { get; init; }
}
