using Slerp.Engine.Steps;

namespace Slerp.Engine.Cache;

/// <summary>Rows of finished sequences, kept until their pages are needed: a request that begins with the same tokens starts from them.</summary>
/// <remarks>
/// <para>Within one tenant only: whether a prompt was seen before shows in its time to first token. Row-invariance makes the rows equal to those the
/// request would have computed, so its answer does not change.</para>
/// <para>An entry is a slot of the cache that stays open. A request forks it, cut to what both begin with; pages are copied when written. Few entries,
/// so the longest match is found by comparing with each. Engine thread only, but for <see cref="HeldPages"/>.</para>
/// <para>Merged rows serve requests that ask for the same manner of merging, which inherit what was merged; others only as far as nothing was.</para>
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

    /// <summary>Gives an empty slot the rows of the entry that serves the most of <paramref name="tokens"/>.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="tenant">Whose tokens they are.</param>
    /// <param name="tokens">The tokens to be run.</param>
    /// <param name="plan">How they are to be merged; null for not.</param>
    public PrefixMatch Resume(int slot, string tenant, ReadOnlySpan<int> tokens, MergePlan? plan = null)
    {
        Entry? best = null;
        var rows = 0;
        foreach (var entry in _entries)
        {
            var common = entry.Tenant == tenant ? UsableRows(entry.Plan, plan, entry.Tokens.AsSpan().CommonPrefixLength(tokens)) : 0;
            if (common > rows)
            {
                (best, rows) = (entry, common);
            }
        }

        if (best is null || rows < FewestRows)
        {
            return default;
        }

        cache.Fork(best.Slot, slot);
        MoveToEnd(best);
        return Cut(slot, rows, best.Plan);
    }

    /// <summary>Takes over the slot of a sequence that has ended; what it adds nothing to, or cannot be kept, is released.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="tenant">Whose tokens they are.</param>
    /// <param name="tokens">The tokens of its rows.</param>
    /// <param name="plan">How they were merged; null for not.</param>
    public void Keep(int slot, string tenant, ReadOnlySpan<int> tokens, PromptMergePlan? plan = null)
    {
        if (capacity == 0 || tokens.Length < FewestRows || Covering(tenant, tokens, plan) is { } covering && MoveToEnd(covering))
        {
            cache.Release(slot);
            return;
        }

        foreach (var entry in _entries)
        {
            if (entry.Tenant == tenant && tokens.StartsWith(entry.Tokens) && UsableRows(plan, entry.Plan, entry.Tokens.Length) == entry.Tokens.Length)
            {
                Drop(entry);
            }
        }

        if (_entries.Length == capacity)
        {
            Drop(_entries[0]);
        }

        Volatile.Write(ref _entries, [.. _entries, new Entry(slot, tenant, tokens.ToArray(), plan)]);
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

    /// <summary>Forgets every entry without giving its slot back: the cache is cleared.</summary>
    public void Clear() => Volatile.Write(ref _entries, []);

    // Of so many rows that begin alike, those a request may start from: all before the first merged one, all where merging is the same and done.
    private static int UsableRows(PromptMergePlan? held, MergePlan? asked, int rows)
    {
        if (asked is not null and not PromptMergePlan { AllowsPrefixReuse: true })
        {
            return 0;
        }

        return held is null || (asked is PromptMergePlan plan && plan.IsSameManner(held) && rows >= held.End) ? rows : Math.Min(rows, held.Start);
    }

    private PrefixMatch Cut(int slot, int rows, PromptMergePlan? plan)
    {
        var merged = plan is not null && rows >= plan.End ? cache.Rows(slot, 0) - cache.Rows(slot, plan.Cutoff + 1) : 0;
        for (var layer = 0; layer < cache.Layers; layer++)
        {
            cache.Truncate(slot, layer, merged > 0 && layer > plan!.Cutoff ? rows - merged : rows);
        }

        return new PrefixMatch(rows, merged, plan);
    }

    private Entry? Covering(string tenant, ReadOnlySpan<int> tokens, PromptMergePlan? plan)
    {
        foreach (var entry in _entries)
        {
            if (entry.Tenant == tenant && entry.Tokens.AsSpan().StartsWith(tokens) && UsableRows(entry.Plan, plan, tokens.Length) == tokens.Length)
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

    private sealed record Entry(int Slot, string Tenant, int[] Tokens, PromptMergePlan? Plan);
}
