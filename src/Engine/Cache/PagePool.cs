namespace Slerp.Engine.Cache;

/// <summary>Which pages are free, and how many sequences hold each of the others. Counts only; the bytes are the backend's.</summary>
internal sealed class PagePool
{
    private readonly int[] _free;
    private readonly int[] _holders;

    /// <summary>Creates a pool of free pages.</summary>
    public PagePool(int pages)
    {
        _free = new int[pages];
        _holders = new int[pages];
        Clear();
    }

    /// <summary>Pages in all.</summary>
    public int Count => _holders.Length;

    /// <summary>Pages nobody holds.</summary>
    public int FreeCount { get; private set; }

    /// <summary>Takes a free page with one holder. The caller has asked <see cref="FreeCount"/>.</summary>
    public int Take()
    {
        var page = _free[--FreeCount];
        _holders[page] = 1;
        return page;
    }

    /// <summary>Adds a holder.</summary>
    public void Share(int page) => _holders[page]++;

    /// <summary>Whether more than one holder would see a write.</summary>
    public bool IsShared(int page) => _holders[page] > 1;

    /// <summary>Removes a holder; the last one frees the page.</summary>
    public void Release(int page)
    {
        if (--_holders[page] == 0)
        {
            _free[FreeCount++] = page;
        }
    }

    /// <summary>Frees every page, whoever holds it.</summary>
    public void Clear()
    {
        Array.Clear(_holders);
        for (var index = 0; index < _free.Length; index++)
        {
            _free[index] = _free.Length - 1 - index;
        }

        FreeCount = _free.Length;
    }
}
