namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>The operand of ldtilecfg, palette 1: bytes per row and rows of the eight tiles.</summary>
/// <remarks>Tiles 0 to 3 hold sums, 4 and 5 weights, 6 and 7 activations. Fewer rows of activations than 16 make a product faster, and change none of its values.</remarks>
internal unsafe struct TileShapes
{
    private const int Palette = 1;
    private const int FirstWeights = 4;
    private const int FirstRows = 6;
    private const int Tiles = 8;

    private byte _palette;
    private byte _startRow;
#pragma warning disable CS0169, IDE0044, IDE0051 // The processor reads it.
    private fixed byte _reserved[14];
#pragma warning restore CS0169, IDE0044, IDE0051
    private fixed ushort _bytesPerRow[16];
    private fixed byte _rows[16];

    /// <summary>Shapes for some rows of activations.</summary>
    /// <param name="rows">Rows of activations and sums, at most 16.</param>
    /// <param name="rowBytes">Bytes of an activation row's step of k.</param>
    /// <param name="weightRows">Rows of 64 bytes that a step of weights is: one for each 4 bytes of an activation row.</param>
    public TileShapes(int rows, int rowBytes, int weightRows)
    {
        _palette = Palette;
        _startRow = 0;
        for (var tile = 0; tile < Tiles; tile++)
        {
            _bytesPerRow[tile] = (ushort)(tile >= FirstRows ? rowBytes : TileUnit.RowBytes);
            _rows[tile] = (byte)(tile is >= FirstWeights and < FirstRows ? weightRows : rows);
        }
    }
}
