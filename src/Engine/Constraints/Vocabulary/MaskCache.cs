namespace Slerp.Engine.Constraints.Vocabulary;

/// <summary>Masks by state or reading, least recently used first out, within a bound on bytes. Not thread-safe.</summary>
internal sealed class MaskCache(long capacityBytes)
{
    /// <summary>An estimate of what a key, its frames and the bookkeeping of one entry hold.</summary>
    private const int EntryOverheadBytes = 1_024;

    private readonly Dictionary<object, LinkedListNode<(object Key, TokenMask Mask)>> _entries = [];
    private readonly LinkedList<(object Key, TokenMask Mask)> _order = new();

    /// <summary>Memory held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Masks asked for.</summary>
    public long Asked { get; private set; }

    /// <summary>Masks that had to be worked out.</summary>
    public long Computed { get; private set; }

    public TokenMask GetOrAdd<TKey>(TKey key, Func<TKey, TokenMask> compute)
        where TKey : class
    {
        Asked++;
        if (_entries.TryGetValue(key, out var known))
        {
            _order.Remove(known);
            _order.AddFirst(known);
            return known.Value.Mask;
        }

        Computed++;
        var mask = compute(key);
        _entries[key] = _order.AddFirst((key, mask));
        Bytes += mask.Bytes + EntryOverheadBytes;
        while (Bytes > capacityBytes && _order.Count > 1)
        {
            var oldest = _order.Last!.Value;
            _order.RemoveLast();
            _entries.Remove(oldest.Key);
            Bytes -= oldest.Mask.Bytes + EntryOverheadBytes;
        }

        return mask;
    }
}
