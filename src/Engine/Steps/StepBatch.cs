namespace Slerp.Engine.Steps;

/// <summary>The slices of one forward pass, packed in row order. Reused from step to step.</summary>
internal sealed class StepBatch
{
    private StepSlice[] _slices = new StepSlice[8];
    private int[] _tokens = new int[64];

    private readonly List<(int Row, float[] Values)> _embedded = [];

    /// <summary>The slices.</summary>
    public ReadOnlySpan<StepSlice> Slices => _slices.AsSpan(0, SliceCount);

    /// <summary>Number of slices.</summary>
    public int SliceCount { get; private set; }

    /// <summary>Rows of all slices.</summary>
    public int RowCount { get; private set; }

    /// <summary>Rows carried to the end, of all slices in order.</summary>
    public int WantedCount { get; private set; }

    /// <summary>Wanted rows of which only the hidden state is wanted.</summary>
    public int HiddenOnlyCount { get; private set; }

    /// <summary>Rows that come as embeddings, with their values; ascending.</summary>
    public IReadOnlyList<(int Row, float[] Values)> Embedded => _embedded;

    /// <summary>Tokens of all rows; any id where a row comes as an embedding.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, RowCount);

    /// <summary>Forgets all slices.</summary>
    public void Clear()
    {
        _slices.AsSpan(0, SliceCount).Clear();
        SliceCount = 0;
        RowCount = 0;
        WantedCount = 0;
        HiddenOnlyCount = 0;
        _embedded.Clear();
    }

    /// <summary>Adds a slice; returns the index of its first wanted row in the step's output.</summary>
    public int Add(StepSlice slice)
    {
        if (SliceCount == _slices.Length)
        {
            Array.Resize(ref _slices, SliceCount * 2);
        }

        var rows = slice.Tree.Count;
        if (RowCount + rows > _tokens.Length)
        {
            Array.Resize(ref _tokens, Math.Max(_tokens.Length * 2, RowCount + rows));
        }

        slice.Tree.Tokens.CopyTo(_tokens.AsSpan(RowCount));
        if (slice.Tree.Embedded is { } embedded)
        {
            AddEmbedded(slice.Tree, embedded);
        }

        var firstWanted = WantedCount;
        _slices[SliceCount++] = slice;
        RowCount += rows;
        WantedCount += slice.WantedCount;
        HiddenOnlyCount += slice.Wanted == WantedRows.Hidden ? slice.WantedCount : 0;
        return firstWanted;
    }

    // A chain: node and position go up together.
    private void AddEmbedded(TokenTree tree, EmbeddedRows embedded)
    {
        for (var node = 0; node < tree.Count; node++)
        {
            if (tree.Tokens[node] == TokenTree.Placeholder)
            {
                _tokens[RowCount + node] = 0;
                _embedded.Add((RowCount + node, embedded[tree.FirstPosition + node]));
            }
        }
    }
}
