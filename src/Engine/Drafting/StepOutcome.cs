using Slerp.Engine.Steps;

namespace Slerp.Engine.Drafting;

/// <summary>What the target said to a tree.</summary>
internal readonly ref struct StepOutcome
{
    /// <summary>The tree that was run. For a prompt chunk: its last node only is on the path, and only its row is there.</summary>
    public required TokenTree Tree { get; init; }

    /// <summary>The accepted nodes, ascending, the start of the walk first.</summary>
    public required ReadOnlySpan<int> Path { get; init; }

    /// <summary>The tokens the target chose along the path: one for each node of it; the last one is the correction or the bonus.</summary>
    public required ReadOnlySpan<int> Chosen { get; init; }

    /// <summary>Rows of the step.</summary>
    public required StepOutput Output { get; init; }

    /// <summary>The output row of node <see cref="FirstNode"/>; later nodes follow.</summary>
    public required int FirstRow { get; init; }

    /// <summary>The first node that has a row.</summary>
    public required int FirstNode { get; init; }

    /// <summary>The output row of a node.</summary>
    public int RowOf(int node) => FirstRow + node - FirstNode;
}
