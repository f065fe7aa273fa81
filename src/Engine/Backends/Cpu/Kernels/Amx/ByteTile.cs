using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>The micro-kernel of 8-bit weights with a scale per 32 of k: up to 16 quantised rows by one panel of 16 columns.</summary>
/// <remarks>
/// Formula and accuracy are those of <see cref="IntegerTile{TDot,TSums,TLanes,TVector,TWeights}"/>, to the bit: the unit's sums are exact, and
/// they are scaled and joined in the same order. So rows may go either way, whichever is faster for their number.
/// </remarks>
internal readonly unsafe struct ByteTile : IPanelTile
{
    /// <summary>Measured: fewer rows are faster in vectors.</summary>
    public const int FewestRows = 7;

    /// <summary>Measured: over fewer blocks of k, at least two of which the routine needs, vectors are faster.</summary>
    public const int FewestBlocks = 9;

    private const int SumsBytes = TileUnit.Rows * TileUnit.RowBytes;

    public static int Rows => TileUnit.Rows;

    public static int StepBytes => 0;

    public static long BlockStepBytes(in ProductTask task) => task.PanelBytes / task.Quantized.Blocks;

    public static int RowBlock(in ProductTask task) => PanelBlock.MostRows;

    public static int Height(int rows, int tiles) => Math.Min(rows, Rows);

    [SkipLocalsInit]
    public static void Multiply(in ProductTask task, int rows, byte* w, int firstRow, float* c, nint cStride, PrefetchStream ahead)
    {
        var memory = stackalloc byte[4 * SumsBytes];
        var offsets = stackalloc sbyte[TileUnit.RowBytes];
        new Span<sbyte>(offsets, TileUnit.RowBytes).Fill(sbyte.MinValue);
        var x = task.Quantized.From(firstRow);
        var work = new TileWork
        {
            Rows = (byte*)x.Groups,
            Weights = w + PanelShape.ScaleBytesOf(TileUnit.Rows, x.Blocks),
            ScaleBases = (int*)w,
            ScaleCodes = w + (TileUnit.Rows * sizeof(int)),
            Result = c,
            ResultStride = cStride * sizeof(float),
            Steps = x.Blocks - 1,
            Ahead = ahead.Start,
            LinesAhead = (ahead.BlockStep + TileUnit.RowBytes - 1) / TileUnit.RowBytes,
            Scales = x.Scales,
            Offsets = offsets,
            Sums = (int*)(((nint)memory + (2 * SumsBytes) - 1) & -(2 * SumsBytes)),
        };
        TileUnit.MultiplyBytes(ref work);
    }
}
