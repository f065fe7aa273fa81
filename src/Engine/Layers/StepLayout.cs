using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Layers;

/// <summary>Where the rows of a step stand: what each sees, where its keys go, at which position it is.</summary>
/// <remarks>Row counts and pages are asked of the cache per applied layer: after merging they differ between layers. Reused without allocation.</remarks>
internal sealed class StepLayout
{
    private int[] _storeSlots = new int[64];
    private float[] _cosSin = [];
    private float[] _positions = new float[64];
    private int[] _chain = [];
    private int[] _cacheSlots = new int[8];
    private bool[] _isChain = new bool[8];

    /// <summary>What each row sees in the layer entered.</summary>
    public AttentionPlan Attention { get; } = new();

    /// <summary>Slots of the store for the keys and values of each row, in the layer entered.</summary>
    public ReadOnlySpan<int> StoreSlots => _storeSlots.AsSpan(0, Attention.RowCount);

    /// <summary>Lays out a batch as the first layer sees it.</summary>
    public void Begin(StepBatch batch, KvCache cache)
    {
        Attention.Clear();
        if (_cacheSlots.Length < batch.SliceCount)
        {
            Array.Resize(ref _cacheSlots, Math.Max(batch.SliceCount, _cacheSlots.Length * 2));
            Array.Resize(ref _isChain, _cacheSlots.Length);
        }

        EnsureRows(batch.RowCount);
        for (var index = 0; index < batch.SliceCount; index++)
        {
            var slice = batch.Slices[index];
            _cacheSlots[index] = slice.Slot;
            _isChain[index] = false;
            var committed = cache.Rows(slice.Slot, 0);
            for (var node = 0; node < slice.Tree.Count; node++)
            {
                _positions[Attention.RowCount + node] = committed + slice.Tree.Depths[node];
            }

            AddTree(cache, 0, slice);
        }
    }

    /// <summary>Lays out the rows that go on above a layer, where slices are merged.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="layer">The layer to be entered next.</param>
    /// <param name="merging">The rows of each slice and where they stand.</param>
    public void Reshape(StepBatch batch, KvCache cache, int layer, RowMerging merging)
    {
        Attention.Clear();
        EnsureRows(merging.Rows.Count);
        merging.Rows.Positions.CopyTo(_positions);
        for (var index = 0; index < batch.SliceCount; index++)
        {
            _isChain[index] |= merging.IsMerged(index);
            if (_isChain[index])
            {
                AddChain(cache, layer, batch.Slices[index].Slot, merging.CountOf(index));
            }
            else
            {
                AddTree(cache, layer, batch.Slices[index]);
            }
        }
    }

    /// <summary>Where a row stands in the layer entered last.</summary>
    public float PositionOf(int row) => _positions[row];

    /// <summary>Points the layout at a layer's pages and row counts.</summary>
    public void Enter(int layer, int window, KvCache cache)
    {
        Attention.Window = window;
        var row = 0;
        for (var index = 0; index < Attention.SliceCount; index++)
        {
            var pages = cache.Pages(_cacheSlots[index], layer);
            var committed = cache.Rows(_cacheSlots[index], layer);
            Attention.SetPages(index, pages, committed);
            var end = row + Attention.Slices[index].RowCount;
            for (var place = committed; row < end; place++, row++)
            {
                _storeSlots[row] = KvCache.StoreSlot(pages, place);
            }
        }
    }

    /// <summary>Computes the rotations of all rows and puts them on the device.</summary>
    public Tensor Rotations(StepBatch batch, RotaryEmbedding rotary, int headSize, IComputeBackend backend, Workspace workspace)
    {
        var rows = Attention.RowCount;
        var needed = rows * headSize;
        if (_cosSin.Length < needed)
        {
            _cosSin = new float[Math.Max(needed, _cosSin.Length * 2)];
        }

        for (var row = 0; row < rows; row++)
        {
            var position = _positions[row];
            var length = Math.Max(batch.Slices[Attention.Rows[row].Slice].PromptTokens, (int)position + 1);
            rotary.FillRow(position, length, _cosSin.AsSpan(row * headSize, headSize));
        }

        var rotations = workspace.Rent(rows, headSize);
        backend.Upload(_cosSin.AsSpan(0, needed), rotations);
        return rotations;
    }

    private void AddTree(KvCache cache, int layer, in StepSlice slice)
    {
        Attention.AddSlice(cache.Pages(slice.Slot, layer), cache.Rows(slice.Slot, layer), slice.Tree.Count);
        for (var node = 0; node < slice.Tree.Count; node++)
        {
            Attention.AddRow(slice.Tree.Parents, node, slice.Tree.Depths[node]);
        }
    }

    private void AddChain(KvCache cache, int layer, int slot, int rows)
    {
        if (_chain.Length < rows)
        {
            _chain = [.. Enumerable.Range(-1, rows)];
        }

        Attention.AddSlice(cache.Pages(slot, layer), cache.Rows(slot, layer), rows);
        for (var node = 0; node < rows; node++)
        {
            Attention.AddRow(_chain, node, node);
        }
    }

    private void EnsureRows(int rows)
    {
        if (_storeSlots.Length < rows)
        {
            Array.Resize(ref _storeSlots, Math.Max(rows, _storeSlots.Length * 2));
        }

        if (_positions.Length < rows)
        {
            Array.Resize(ref _positions, Math.Max(rows, _positions.Length * 2));
        }
    }
}
