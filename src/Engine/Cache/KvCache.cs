using Slerp.Engine.Backends;

namespace Slerp.Engine.Cache;

/// <summary>Keys and values of the sequences in flight: rows per (applied layer, sequence), in pages.</summary>
/// <remarks>
/// <para>Addressed by applied layer, because recursion applies one block many times and merging leaves upper layers fewer rows.</para>
/// <para>A step first reserves room for its uncommitted rows (all pages or none), writes them at places rows .. rows + n - 1, then commits the
/// accepted path, which moves to the front of them. Engine thread only.</para>
/// </remarks>
internal sealed class KvCache : IDisposable
{
    private readonly IComputeBackend _backend;
    private readonly PagePool _pool;
    private readonly CacheSlot[] _slots;
    private int[] _sources = new int[16];
    private int[] _destinations = new int[16];

    /// <summary>Creates the cache over a store of the backend's, which it owns.</summary>
    /// <param name="backend">Where rows are copied.</param>
    /// <param name="store">The pages.</param>
    /// <param name="layers">Applied layers of the model.</param>
    /// <param name="slots">Most sequences at once.</param>
    /// <param name="contextTokens">Most rows of a sequence.</param>
    public KvCache(IComputeBackend backend, KvStore store, int layers, int slots, int contextTokens)
    {
        _backend = backend;
        Store = store;
        Layers = layers;
        _pool = new PagePool(store.Pages);
        // One more page than the context: a tree may reach beyond it before its path is cut.
        var maxPages = CacheArithmetic.PagesFor(contextTokens) + 2;
        _slots = new CacheSlot[slots];
        for (var slot = 0; slot < slots; slot++)
        {
            _slots[slot] = new CacheSlot(layers, maxPages);
        }
    }

    /// <summary>The device memory.</summary>
    public KvStore Store { get; }

    /// <summary>Applied layers.</summary>
    public int Layers { get; }

    /// <summary>Pages in all.</summary>
    public int TotalPages => _pool.Count;

    /// <summary>Pages nobody holds.</summary>
    public int FreePages => _pool.FreeCount;

    /// <summary>Opens an empty slot, or returns -1 when all are taken.</summary>
    public int TryOpen()
    {
        for (var index = 0; index < _slots.Length; index++)
        {
            if (!_slots[index].IsOpen)
            {
                _slots[index].IsOpen = true;
                return index;
            }
        }

        return -1;
    }

    /// <summary>Committed rows of a layer.</summary>
    public int Rows(int slot, int layer) => _slots[slot].Rows(layer);

    /// <summary>Pages of a layer, the reserved ones included; entries beyond the reserved rows mean nothing.</summary>
    public int[] Pages(int slot, int layer) => _slots[slot].Pages(layer);

    /// <summary>The slot of the store that holds a logical place of a layer.</summary>
    public static int StoreSlot(int[] pages, int place) =>
        (pages[place / KvStore.PageRows] * KvStore.PageRows) + (place % KvStore.PageRows);

    /// <summary>Pages that <see cref="TryReserve(int, int)"/> would take now.</summary>
    public int PagesToReserve(int slot, int rows) => PagesToReserve(slot, rows, Layers, rows);

    /// <summary>Makes room for <paramref name="rows"/> uncommitted rows in every layer: all pages, or none and false.</summary>
    public bool TryReserve(int slot, int rows) => TryReserve(slot, rows, Layers, rows);

    /// <summary>As <see cref="TryReserve(int, int)"/>, with room for another number of rows in the layers from <paramref name="firstUpper"/> on.</summary>
    public bool TryReserve(int slot, int rows, int firstUpper, int upperRows)
    {
        if (PagesToReserve(slot, rows, firstUpper, upperRows) > _pool.FreeCount)
        {
            return false;
        }

        var state = _slots[slot];
        for (var layer = 0; layer < Layers; layer++)
        {
            if (WritesShared(state, layer))
            {
                CopyLastPage(state, layer);
            }

            var needed = CacheArithmetic.PagesFor(state.Rows(layer) + (layer < firstUpper ? rows : upperRows));
            while (state.PageCount(layer) < needed)
            {
                state.AddPage(layer, _pool.Take());
            }
        }

        return true;
    }

    /// <summary>Keeps the rows of <paramref name="path"/> (node indices, ascending) in every layer, drops the other uncommitted ones.</summary>
    public void Commit(int slot, ReadOnlySpan<int> path)
    {
        var firstMoved = 0;
        while (firstMoved < path.Length && path[firstMoved] == firstMoved)
        {
            firstMoved++;
        }

        for (var layer = 0; layer < Layers; layer++)
        {
            if (firstMoved < path.Length)
            {
                Compact(slot, layer, path, firstMoved);
            }

            CommitRows(slot, layer, path.Length);
        }
    }

    /// <summary>Keeps the first uncommitted rows: so many below layer <paramref name="firstUpper"/>, so many from it on.</summary>
    public void CommitRows(int slot, int rows, int firstUpper, int upperRows)
    {
        for (var layer = 0; layer < Layers; layer++)
        {
            CommitRows(slot, layer, layer < firstUpper ? rows : upperRows);
        }
    }

    /// <summary>Keeps the first <paramref name="rows"/> uncommitted rows of one layer, drops the others.</summary>
    public void CommitRows(int slot, int layer, int rows)
    {
        var state = _slots[slot];
        state.SetRows(layer, state.Rows(layer) + rows);
        Trim(state, layer);
    }

    /// <summary>Forgets rows from <paramref name="rows"/> on, in every layer that has so many.</summary>
    public void Truncate(int slot, int rows)
    {
        for (var layer = 0; layer < Layers; layer++)
        {
            Truncate(slot, layer, rows);
        }
    }

    /// <summary>Forgets rows of one layer from <paramref name="rows"/> on.</summary>
    public void Truncate(int slot, int layer, int rows)
    {
        var state = _slots[slot];
        state.SetRows(layer, Math.Min(state.Rows(layer), rows));
        Trim(state, layer);
    }

    /// <summary>Lets <paramref name="target"/>, empty, see the rows of <paramref name="source"/>. Pages are shared until one of them writes.</summary>
    public void Fork(int source, int target)
    {
        var from = _slots[source];
        var to = _slots[target];
        for (var layer = 0; layer < Layers; layer++)
        {
            var pages = CacheArithmetic.PagesFor(from.Rows(layer));
            for (var index = 0; index < pages; index++)
            {
                _pool.Share(from.Pages(layer)[index]);
                to.AddPage(layer, from.Pages(layer)[index]);
            }

            to.SetRows(layer, from.Rows(layer));
        }
    }

    /// <summary>Closes a slot and gives its pages back. Closing a closed slot does nothing.</summary>
    public void Release(int slot)
    {
        var state = _slots[slot];
        Truncate(slot, 0);
        state.IsOpen = false;
    }

    /// <summary>Closes every slot and frees every page, whatever they stand at: nobody may go on with rows of before.</summary>
    public void Clear()
    {
        foreach (var slot in _slots)
        {
            slot.Clear();
        }

        _pool.Clear();
    }

    /// <inheritdoc />
    public void Dispose() => Store.Dispose();

    private int PagesToReserve(int slot, int rows, int firstUpper, int upperRows)
    {
        var state = _slots[slot];
        var pages = 0;
        for (var layer = 0; layer < Layers; layer++)
        {
            var needed = CacheArithmetic.PagesFor(state.Rows(layer) + (layer < firstUpper ? rows : upperRows));
            pages += Math.Max(0, needed - state.PageCount(layer));
            pages += WritesShared(state, layer) ? 1 : 0;
        }

        return pages;
    }

    private bool WritesShared(CacheSlot state, int layer)
    {
        var rows = state.Rows(layer);
        return rows % KvStore.PageRows != 0 && _pool.IsShared(state.Pages(layer)[rows / KvStore.PageRows]);
    }

    private void CopyLastPage(CacheSlot state, int layer)
    {
        var rows = state.Rows(layer) % KvStore.PageRows;
        var index = state.Rows(layer) / KvStore.PageRows;
        var shared = state.Pages(layer)[index];
        var copy = _pool.Take();
        EnsureCopyCapacity(rows);
        for (var row = 0; row < rows; row++)
        {
            _sources[row] = (shared * KvStore.PageRows) + row;
            _destinations[row] = (copy * KvStore.PageRows) + row;
        }

        try
        {
            _backend.CopyKv(Store, _sources.AsSpan(0, rows), _destinations.AsSpan(0, rows));
        }
        catch
        {
            _pool.Release(copy);
            throw;
        }

        state.Pages(layer)[index] = copy;
        _pool.Release(shared);
    }

    private void Compact(int slot, int layer, ReadOnlySpan<int> path, int firstMoved)
    {
        var state = _slots[slot];
        var pages = state.Pages(layer);
        var committed = state.Rows(layer);
        var count = path.Length - firstMoved;
        EnsureCopyCapacity(count);
        for (var index = 0; index < count; index++)
        {
            // path[i] >= i and ascending: copying in order never overwrites a row still to be read.
            _sources[index] = StoreSlot(pages, committed + path[firstMoved + index]);
            _destinations[index] = StoreSlot(pages, committed + firstMoved + index);
        }

        _backend.CopyKv(Store, _sources.AsSpan(0, count), _destinations.AsSpan(0, count));
    }

    private void Trim(CacheSlot state, int layer)
    {
        var needed = CacheArithmetic.PagesFor(state.Rows(layer));
        while (state.PageCount(layer) > needed)
        {
            _pool.Release(state.RemoveLastPage(layer));
        }
    }

    private void EnsureCopyCapacity(int rows)
    {
        if (rows > _sources.Length)
        {
            var capacity = Math.Max(rows, _sources.Length * 2);
            _sources = new int[capacity];
            _destinations = new int[capacity];
        }
    }
}
