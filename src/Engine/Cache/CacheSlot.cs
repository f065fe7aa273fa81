namespace Slerp.Engine.Cache;

/// <summary>What one sequence holds: for each applied layer its rows and their pages.</summary>
internal sealed class CacheSlot
{
    private readonly int[][] _pages;
    private readonly int[] _pageCounts;
    private readonly int[] _rows;

    public CacheSlot(int layers, int maxPages)
    {
        _pages = new int[layers][];
        for (var layer = 0; layer < layers; layer++)
        {
            _pages[layer] = new int[maxPages];
        }

        _pageCounts = new int[layers];
        _rows = new int[layers];
    }

    /// <summary>Whether a sequence holds it.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Applied layers.</summary>
    public int Layers => _rows.Length;

    /// <summary>Committed rows of a layer.</summary>
    public int Rows(int layer) => _rows[layer];

    /// <summary>Sets the committed rows of a layer.</summary>
    public void SetRows(int layer, int rows) => _rows[layer] = rows;

    /// <summary>Pages of a layer; entries from <see cref="PageCount"/> on mean nothing.</summary>
    public int[] Pages(int layer) => _pages[layer];

    /// <summary>Pages held for a layer.</summary>
    public int PageCount(int layer) => _pageCounts[layer];

    /// <summary>Appends a page to a layer.</summary>
    public void AddPage(int layer, int page) => _pages[layer][_pageCounts[layer]++] = page;

    /// <summary>Removes and returns a layer's last page.</summary>
    public int RemoveLastPage(int layer) => _pages[layer][--_pageCounts[layer]];

    /// <summary>Forgets all it holds and closes it.</summary>
    public void Clear()
    {
        Array.Clear(_pageCounts);
        Array.Clear(_rows);
        IsOpen = false;
    }
}
