using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Vnni;

/// <summary>The micro-kernel of 8-bit and 4-bit weights with a scale per 32 of k: up to 12 quantised rows by one panel of 16 columns.</summary>
/// <remarks>
/// Formula and accuracy are those of <see cref="IntegerTile{TDot,TSums,TLanes,TVector,TWeights}"/>, to the bit, as for <see cref="Amx.ByteTile"/>: rows may go either
/// way, whichever is faster for their number.
/// </remarks>
internal readonly unsafe struct WideTile : IPanelTile
{
    /// <summary>Measured: beside dot products of 256 bits, fewer rows are as fast in those.</summary>
    public const int FewestRowsBesideVnni = 4;

    private const int Columns = 16;
    private const int LowHalves = 0x0F0F0F0F;
    private const int LineBytes = 64;

    // Tiles begin at whole numbers of them, so a block of rows has to as well.
    private const int TilesOfBlock = 16;

    public static int Rows => WideRoutines.TileRows;

    public static int StepBytes => 0;

    public static long BlockStepBytes(in ProductTask task) => task.PanelBytes / task.Quantized.Blocks;

    public static int RowBlock(in ProductTask task) => TilesOfBlock * Rows;

    public static int Height(int rows, int tiles) => Math.Min(rows, Rows);

    /// <summary>How panels are laid out: as for <see cref="DotVnni"/>.</summary>
    public static PanelShape ShapeOf(PanelFormat format, int k) =>
        new(format, Columns, k, PanelShape.ScaleBlock, DotVnni.Group, format == PanelFormat.Int4 ? PanelShape.NibbleOffset : DotVnni.WeightOffset);

    public static void Multiply(in ProductTask task, int rows, byte* w, int firstRow, float* c, nint cStride, PrefetchStream ahead)
    {
        var x = task.Quantized.From(firstRow);
        WideDot.Multiply(
            new WideWork
            {
                Rows = (byte*)x.Groups,
                Scales = x.Scales,
                Corrections = x.Corrections,
                Weights = w + PanelShape.ScaleBytesOf(Columns, x.Blocks),
                ScaleBases = (int*)w,
                ScaleCodes = w + (Columns * sizeof(int)),
                Result = c,
                ResultStride = cStride * sizeof(float),
                Blocks = x.Blocks,
                Ahead = ahead.Start,
                AheadStep = ahead.BlockStep,
                LinesAhead = Math.Max(1, (ahead.BlockStep + LineBytes - 1) / LineBytes),
                LowHalves = LowHalves,
            },
            rows,
            isInt4: task.Format == PanelFormat.Int4,
            isAlone: task.Rows <= Rows);
    }
}
