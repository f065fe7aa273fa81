namespace Slerp.Engine.Backends;

/// <summary>Which cached rows each row of a step sees: all committed rows of its sequence, then its ancestors in the tree, then itself.</summary>
/// <remarks>
/// <para>The logical index of a committed row is its place in the sequence; of a tree node, committed + depth.
/// Node i of a slice is stored at logical place committed + i, so only on a chain do place and logical index agree.</para>
/// <para>Filled anew for each applied layer (row counts and pages may differ between layers); reused without allocation.</para>
/// </remarks>
internal sealed class AttentionPlan
{
    private AttentionSlice[] _slices = new AttentionSlice[8];
    private AttentionRow[] _rows = new AttentionRow[64];
    private int[] _paths = new int[64];
    private int _pathLength;

    /// <summary>The sequences of the step, in row order.</summary>
    public ReadOnlySpan<AttentionSlice> Slices => _slices.AsSpan(0, SliceCount);

    /// <summary>One entry per row of the step.</summary>
    public ReadOnlySpan<AttentionRow> Rows => _rows.AsSpan(0, RowCount);

    /// <summary>Number of slices.</summary>
    public int SliceCount { get; private set; }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; private set; }

    /// <summary>Keys visible to a row: only the last <see cref="Window"/> logical indices, itself included; 0 means all.</summary>
    public int Window { get; set; }

    /// <summary>The in-tree path of a row beyond its identical prefix: node indices at depths IdentityDepth .. Depth, itself last.</summary>
    public ReadOnlySpan<int> Path(in AttentionRow row) => _paths.AsSpan(row.PathStart, row.Depth + 1 - row.IdentityDepth);

    /// <summary>Forgets everything, keeps the memory.</summary>
    public void Clear()
    {
        SliceCount = 0;
        RowCount = 0;
        Window = 0;
        _pathLength = 0;
    }

    /// <summary>Begins a slice of <paramref name="rowCount"/> rows; its rows follow by <see cref="AddRow"/>.</summary>
    /// <param name="pages">Page of each block of 64 logical places, the reserved ones included. As long as the sequence may ever need: backends size scratch by it.</param>
    /// <param name="committed">Rows the sequence holds before this step.</param>
    /// <param name="rowCount">Rows of the slice.</param>
    public void AddSlice(int[] pages, int committed, int rowCount)
    {
        if (SliceCount == _slices.Length)
        {
            Array.Resize(ref _slices, _slices.Length * 2);
        }

        _slices[SliceCount++] = new AttentionSlice(pages, committed, RowCount, rowCount);
    }

    /// <summary>Repoints slice <paramref name="index"/> at another layer's pages and row count; the tree stays.</summary>
    public void SetPages(int index, int[] pages, int committed) =>
        _slices[index] = _slices[index] with { Pages = pages, Committed = committed };

    /// <summary>Adds a node of the current slice.</summary>
    /// <param name="parents">Parent of each node of the slice, -1 for a child of the committed text; parents come first.</param>
    /// <param name="node">The node to add.</param>
    /// <param name="depth">Its depth: 0 for a child of the committed text.</param>
    public void AddRow(ReadOnlySpan<int> parents, int node, int depth)
    {
        if (RowCount == _rows.Length)
        {
            Array.Resize(ref _rows, _rows.Length * 2);
        }

        // A parent's path is a prefix of its child's: identity holds as far as the parent's did, one further if this node continues it.
        var slice = _slices[SliceCount - 1];
        var parent = parents[node];
        var parentIdentity = parent < 0 ? 0 : _rows[slice.FirstRow + parent].IdentityDepth;
        var identity = parentIdentity == depth && node == depth ? depth + 1 : parentIdentity;
        var pathStart = _pathLength;
        var tail = depth + 1 - identity;
        if (tail > 0)
        {
            if (_pathLength + tail > _paths.Length)
            {
                Array.Resize(ref _paths, Math.Max(_paths.Length * 2, _pathLength + tail));
            }

            for (int index = node, place = pathStart + tail - 1; place >= pathStart; place--, index = parents[index])
            {
                _paths[place] = index;
            }

            _pathLength += tail;
        }

        _rows[RowCount++] = new AttentionRow(SliceCount - 1, depth, identity, pathStart);
    }
}
