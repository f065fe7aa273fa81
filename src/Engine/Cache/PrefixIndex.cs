namespace Slerp.Engine.Cache;

/// <summary>Rows of finished sequences, kept until their pages are needed: a request that begins with the same tokens starts from them.</summary>
/// <remarks>
/// <para>Within one tenant only: whether a prompt was seen before shows in its time to first token. Row-invariance makes the rows equal to those the
/// request would have computed, so its answer does not change.</para>
/// <para>An entry is a slot of the cache that stays open. A request forks it, cut to what both begin with; pages are copied when written. Few entries,
/// so the longest match is found by comparing with each. Engine thread only, but for <see cref="HeldPages"/>.</para>
/// </remarks>
/// <param name="cache">The cache, with a slot for each entry beside those of the running sequences.</param>
/// <param name="capacity">Most entries; 0 keeps none.</param>
internal sealed class PrefixIndex(KvCache cache, int capacity)
{
    // Fewer rows are computed again sooner than they are worth an entry.
    private const int FewestRows = 16;

    private Entry[] _entries = [];

    /// <summary>Entries now.</summary>
    public int Count => _entries.Length;

    /// <summary>Different pages that entries hold. Any thread; exact while the engine is idle.</summary>
    public int HeldPages
    {
        get
        {
            var pages = new HashSet<int>();
            foreach (var entry in Volatile.Read(ref _entries))
            {
                for (var layer = 0; layer < cache.Layers; layer++)
                {
                    pages.UnionWith(cache.Pages(entry.Slot, layer).Take(CacheArithmetic.PagesFor(cache.Rows(entry.Slot, layer))));
                }
            }

            return pages.Count;
        }
    }

    /// <summary>Gives an empty slot the rows of the entry that begins with the most of <paramref name="tokens"/>.</summary>
    /// <returns>Rows given; 0 where none is worth it.</returns>
    public int Resume(int slot, string tenant, ReadOnlySpan<int> tokens)
    {
        Entry? best = null;
        var rows = 0;
        foreach (var entry in _entries)
        {
            var common = entry.Tenant == tenant ? entry.Tokens.AsSpan().CommonPrefixLength(tokens) : 0;
            if (common > rows)
            {
                (best, rows) = (entry, common);
            }
        }

        if (best is null || rows < FewestRows)
        {
            return 0;
        }

        cache.Fork(best.Slot, slot);
        cache.Truncate(slot, rows);
        MoveToEnd(best);
        return rows;
    }

    /// <summary>Takes over the slot of a sequence that has ended; what it adds nothing to, or cannot be kept, is released.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="tenant">Whose tokens they are.</param>
    /// <param name="tokens">The tokens of its rows.</param>
    public void Keep(int slot, string tenant, ReadOnlySpan<int> tokens)
    {
        if (capacity == 0 || tokens.Length < FewestRows || Covering(tenant, tokens) is { } covering && MoveToEnd(covering))
        {
            cache.Release(slot);
            return;
        }

        foreach (var entry in _entries)
        {
            if (entry.Tenant == tenant && tokens.StartsWith(entry.Tokens))
            {
                Drop(entry);
            }
        }

        if (_entries.Length == capacity)
        {
            Drop(_entries[0]);
        }

        Volatile.Write(ref _entries, [.. _entries, new Entry(slot, tenant, tokens.ToArray())]);
    }

    /// <summary>Drops the entry used longest ago; false where there is none.</summary>
    public bool Evict()
    {
        if (_entries.Length == 0)
        {
            return false;
        }

        Drop(_entries[0]);
        return true;
    }

    private Entry? Covering(string tenant, ReadOnlySpan<int> tokens)
    {
        foreach (var entry in _entries)
        {
            if (entry.Tenant == tenant && entry.Tokens.AsSpan().StartsWith(tokens))
            {
                return entry;
            }
        }

        return null;
    }

    private bool MoveToEnd(Entry used)
    {
        Volatile.Write(ref _entries, [.. _entries.Where(entry => entry != used), used]);
        return true;
    }

    private void Drop(Entry dropped)
    {
        Volatile.Write(ref _entries, [.. _entries.Where(entry => entry != dropped)]);
        cache.Release(dropped.Slot);
    }

    private sealed record Entry(int Slot, string Tenant, int[] Tokens);
}
