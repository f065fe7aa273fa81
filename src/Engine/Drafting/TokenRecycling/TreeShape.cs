namespace Slerp.Engine.Drafting.TokenRecycling;

/// <summary>A fixed tree as data: the number of children of each node in level order, the root first. Children of a node are always its ranks 0 .. c - 1.</summary>
/// <remarks>Immutable. The published shapes are those of token recycling (80 nodes) and SAM decoding (60 nodes).</remarks>
internal sealed class TreeShape
{
    private readonly int[] _parents;
    private readonly int[] _ranks;
    private readonly int[] _depths;

    /// <summary>Creates a shape.</summary>
    /// <param name="childCounts">Children of each node in level order; the root is node 0.</param>
    /// <exception cref="ArgumentException">The counts do not describe exactly their own nodes.</exception>
    public TreeShape(params ReadOnlySpan<int> childCounts)
    {
        _parents = new int[childCounts.Length];
        _ranks = new int[childCounts.Length];
        _depths = new int[childCounts.Length];
        _parents[0] = -1;
        var next = 1;
        for (var node = 0; node < childCounts.Length; node++)
        {
            if (node >= next || next + childCounts[node] > childCounts.Length)
            {
                throw new ArgumentException($"The child counts describe {next + childCounts[node]} nodes at node {node}; there are {childCounts.Length}.", nameof(childCounts));
            }

            for (var rank = 0; rank < childCounts[node]; rank++, next++)
            {
                (_parents[next], _ranks[next], _depths[next]) = (node, rank, _depths[node] + 1);
            }
        }

        if (next != childCounts.Length)
        {
            throw new ArgumentException($"The child counts describe {next} nodes; there are {childCounts.Length}.", nameof(childCounts));
        }
    }

    /// <summary>The published tree of token recycling: 80 nodes below the root, depth 6.</summary>
    public static TreeShape Published80 { get; } = new(
        8,
        8, 4, 3, 2, 1, 1, 1, 1,
        8, 3, 2, 1, 1, 1, 1, 1, 2, 1, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0,
        5, 2, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0,
        3, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0,
        2, 0, 0, 1, 0, 0, 0, 0,
        0, 0, 0);

    /// <summary>The smaller published tree: 60 nodes below the root, depth 5.</summary>
    public static TreeShape Published60 { get; } = new(
        7,
        6, 5, 3, 2, 2, 1, 1,
        3, 2, 2, 1, 1, 0, 3, 2, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0,
        2, 1, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0,
        2, 0, 1, 0, 1, 0, 0, 0,
        0, 0, 0, 0);

    /// <summary>Nodes, the root included.</summary>
    public int Count => _parents.Length;

    /// <summary>Parent of each node; -1 for the root.</summary>
    public ReadOnlySpan<int> Parents => _parents;

    /// <summary>Rank of each node among its siblings.</summary>
    public ReadOnlySpan<int> Ranks => _ranks;

    /// <summary>Depth of each node; 0 for the root.</summary>
    public ReadOnlySpan<int> Depths => _depths;
}
