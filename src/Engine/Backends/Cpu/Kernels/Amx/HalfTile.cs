using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>The micro-kernel of bfloat16 weights: up to 32 halved rows by one panel of 32 columns.</summary>
/// <remarks>
/// <para>Formula: c[r][j] = Σ_k (high(x[r][k]) + low(x[r][k])) · w[k][j].</para>
/// <para>Accuracy: one chain of float32 sums per (row, column), 32 steps of the high halves and then of the low ones, k ascending from 0: the result does not depend
/// on how many rows share the tile. Denormal numbers count as zero.</para>
/// </remarks>
internal readonly unsafe struct HalfTile : IPanelTile
{
    // Measured: so much of x stays in the second cache beside the panels that pass.
    private const int CachedBytes = 1 << 20;

    public static int Rows => 2 * TileUnit.Rows;

    public static int StepBytes => 2 * TileUnit.Rows * TileUnit.RowBytes;

    public static int RowBlock(in ProductTask task) =>
        Math.Clamp(CachedBytes / (task.K * 2 * sizeof(ushort)) / Rows * Rows, Rows, PanelBlock.Rows);

    public static int Height(int rows, int tiles) => Math.Min(rows, Rows);

    public static void Multiply(in ProductTask task, int rows, byte* w, int firstRow, float* c, nint cStride, PrefetchStream ahead) =>
        Multiply(task.Halved, firstRow, rows, w, c, cStride, ahead.Start, ahead.Step / (TileRoutines.PartsOfStep * TileUnit.RowBytes));

    /// <summary>Multiplies up to 32 rows from <paramref name="firstRow"/>, a multiple of 16, on.</summary>
    /// <param name="x">The rows.</param>
    /// <param name="firstRow">The first.</param>
    /// <param name="rows">Rows. They are taken by 16, or by as many as the tiles were given shapes for.</param>
    /// <param name="w">The panel.</param>
    /// <param name="c">The result, overwritten.</param>
    /// <param name="cStride">Floats between rows of c.</param>
    /// <param name="ahead">What to prefetch while working.</param>
    /// <param name="linesAhead">Cache lines of it for each of the parts of a step; at least 1 is taken.</param>
    public static void Multiply(HalvedRows x, int firstRow, int rows, byte* w, float* c, nint cStride, byte* ahead, nint linesAhead)
    {
        var first = x.From(firstRow);
        var work = new TileWork
        {
            Rows = first,
            NextRows = first + x.TileBytes,
            Weights = w,
            Result = c,
            NextResult = c + (TileUnit.Rows * cStride),
            ResultStride = cStride * sizeof(float),
            Steps = x.Steps,
            Ahead = ahead,
            LinesAhead = Math.Max(1, linesAhead),
        };
        TileUnit.MultiplyHalves(ref work, rows > TileUnit.Rows);
    }
}
