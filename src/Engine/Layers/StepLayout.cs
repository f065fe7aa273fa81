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
    private int[] _cacheSlots = new int[8];

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
        }

        if (_storeSlots.Length < batch.RowCount)
        {
            Array.Resize(ref _storeSlots, Math.Max(batch.RowCount, _storeSlots.Length * 2));
        }

        for (var index = 0; index < batch.SliceCount; index++)
        {
            var slice = batch.Slices[index];
            _cacheSlots[index] = slice.Slot;
            Attention.AddSlice(cache.Pages(slice.Slot, 0), cache.Rows(slice.Slot, 0), slice.Tree.Count);
            for (var node = 0; node < slice.Tree.Count; node++)
            {
                Attention.AddRow(slice.Tree.Parents, node, slice.Tree.Depths[node]);
            }
        }
    }

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
        var needed = batch.RowCount * headSize;
        if (_cosSin.Length < needed)
        {
            _cosSin = new float[Math.Max(needed, _cosSin.Length * 2)];
        }

        for (var row = 0; row < batch.RowCount; row++)
        {
            var place = Attention.Rows[row];
            var position = Attention.Slices[place.Slice].Committed + place.Depth;
            var length = Math.Max(batch.Slices[place.Slice].PromptTokens, position + 1);
            rotary.FillRow(position, length, _cosSin.AsSpan(row * headSize, headSize));
        }

        var rotations = workspace.Rent(batch.RowCount, headSize);
        backend.Upload(_cosSin.AsSpan(0, needed), rotations);
        return rotations;
    }
}
