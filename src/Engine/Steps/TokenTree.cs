namespace Slerp.Engine.Steps;

/// <summary>The unit of everything a model runs: tokens, each a child of another or of the committed text.</summary>
/// <remarks>
/// <para>A prompt chunk is a chain, a decode step one node, a verification a tree. Parents come before children.</para>
/// <para>Mutable and reused by its one owner, so that a steady decode loop allocates nothing. Not thread-safe.</para>
/// </remarks>
internal sealed class TokenTree
{
    /// <summary>Stands for a row that comes as an embedding: no id of any vocabulary.</summary>
    public const int Placeholder = -1;

    private int[] _tokens = new int[16];
    private int[] _parents = new int[16];
    private int[] _depths = new int[16];

    /// <summary>Nodes.</summary>
    public int Count { get; private set; }

    /// <summary>The token of each node.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>The parent of each node; -1 for a child of the committed text.</summary>
    public ReadOnlySpan<int> Parents => _parents.AsSpan(0, Count);

    /// <summary>The depth of each node; 0 for a child of the committed text.</summary>
    public ReadOnlySpan<int> Depths => _depths.AsSpan(0, Count);

    /// <summary>The embeddings of its placeholders; null where it has none.</summary>
    public EmbeddedRows? Embedded { get; private set; }

    /// <summary>Absolute position of node 0; told only where there are embeddings.</summary>
    public int FirstPosition { get; private set; }

    /// <summary>Forgets all nodes.</summary>
    public void Clear()
    {
        Count = 0;
        Embedded = null;
    }

    /// <summary>Adds a node and returns its index.</summary>
    /// <param name="token">The token.</param>
    /// <param name="parent">Index of an earlier node, or -1.</param>
    public int Add(int token, int parent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parent, -1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(parent, Count);
        if (Count == _tokens.Length)
        {
            Array.Resize(ref _tokens, Count * 2);
            Array.Resize(ref _parents, Count * 2);
            Array.Resize(ref _depths, Count * 2);
        }

        _tokens[Count] = token;
        _parents[Count] = parent;
        _depths[Count] = parent < 0 ? 0 : _depths[parent] + 1;
        return Count++;
    }

    /// <summary>Replaces the content by a chain.</summary>
    /// <param name="tokens">The tokens; a placeholder where a row comes as an embedding.</param>
    /// <param name="embedded">The embeddings; null where there are none.</param>
    /// <param name="firstPosition">Absolute position of the first token.</param>
    public void SetChain(ReadOnlySpan<int> tokens, EmbeddedRows? embedded = null, int firstPosition = 0)
    {
        Clear();
        Embedded = tokens.Contains(Placeholder) ? embedded : null;
        FirstPosition = firstPosition;
        for (var index = 0; index < tokens.Length; index++)
        {
            Add(tokens[index], index - 1);
        }
    }

    /// <summary>The child of <paramref name="node"/> that carries <paramref name="token"/>, or -1. Siblings are distinct by law of the drafters; the first wins.</summary>
    public int FindChild(int node, int token)
    {
        for (var index = node + 1; index < Count; index++)
        {
            if (_parents[index] == node && _tokens[index] == token)
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>Drops the nodes from <paramref name="count"/> on; parents come first, so what stays is a tree.</summary>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count = count;
    }
}
