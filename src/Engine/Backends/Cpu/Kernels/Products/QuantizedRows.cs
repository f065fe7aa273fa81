namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>Activations as 8-bit integers: q = round(x · 127 / m), scale = m / 127, m = max |x| over a block of k.</summary>
/// <remarks>
/// Groups of 4 bytes, k padded with zeros to whole blocks. Rows lie one behind another, or in tiles of T rows for <see cref="Amx.ByteTile"/> and <see cref="Vnni.WideTile"/>:
/// [rows / T][blocks][T rows][groups of a block].
/// </remarks>
/// <param name="groups">The integers of the first row.</param>
/// <param name="scales">[rows][blocks], or [rows / T][blocks][T rows].</param>
/// <param name="corrections">In the same order: minus the weights' storage offset times the sum of the block's integers.</param>
/// <param name="blocks">Blocks of k.</param>
/// <param name="groupsPerBlock">Groups of a block; even.</param>
/// <param name="tileRows">Rows of a tile; 1 where rows lie one behind another.</param>
/// <param name="tileStride">Groups from one tile, or row, to the next.</param>
internal readonly unsafe struct QuantizedRows(int* groups, float* scales, int* corrections, int blocks, int groupsPerBlock, int tileRows, long tileStride)
{
    public readonly int* Groups = groups;

    public readonly float* Scales = scales;

    public readonly int* Corrections = corrections;

    public readonly int Blocks = blocks;

    public readonly int GroupsPerBlock = groupsPerBlock;

    /// <summary>Groups from one tile, or row, to the next.</summary>
    public readonly long TileStride = tileStride;

    private readonly int _tileRows = tileRows;

    /// <summary>Scales, and corrections, from one block of a row to the next.</summary>
    public int ScaleStride => _tileRows;

    private int BlocksOfTile => Blocks * _tileRows;

    /// <summary>Groups from one row to the next, where rows lie one behind another.</summary>
    public nint GroupStride => (nint)TileStride;

    /// <summary>Groups from one block of a row to the next.</summary>
    public int BlockStride => GroupsPerBlock * _tileRows;

    /// <summary>
    /// Gives the rows that fill up the last tile scales of zero. Nobody reads their results; but whatever lay there may be denormal numbers, which are slow to multiply.
    /// </summary>
    public void ClearPadding(int rows)
    {
        var within = rows % _tileRows;
        if (within == 0)
        {
            return;
        }

        var scales = Scales + ((long)(rows / _tileRows) * BlocksOfTile);
        for (var block = 0; block < Blocks; block++, scales += _tileRows)
        {
            new Span<float>(scales + within, _tileRows - within).Clear();
        }
    }

    /// <summary>The same rows from row <paramref name="row"/> on. Within a tile, only one row may be taken.</summary>
    public QuantizedRows From(int row)
    {
        var (tile, within) = Math.DivRem(row, _tileRows);
        return new(
            Groups + (tile * TileStride) + (within * GroupsPerBlock), Scales + ((long)tile * BlocksOfTile) + within,
            Corrections + ((long)tile * BlocksOfTile) + within, Blocks, GroupsPerBlock, _tileRows, TileStride);
    }
}
