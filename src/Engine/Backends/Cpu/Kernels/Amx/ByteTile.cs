using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>The micro-kernel of 8-bit weights with a scale per 32 of k: up to 32 quantised rows by one panel of 16 columns.</summary>
/// <remarks>
/// Formula and accuracy are those of <see cref="IntegerTile{TDot,TSums,TLanes,TVector,TWeights}"/>, to the bit: the unit's sums are exact, and
/// they are scaled and joined in the same order. So rows may go either way, whichever is faster for their number.
/// </remarks>
internal readonly unsafe struct ByteTile : IPanelTile
{
    /// <summary>Measured: fewer rows are faster in vectors.</summary>
    public const int FewestRows = 7;

    // Measured: as many blocks' sums as stay in the first cache beside what they are made of.
    private const int Batch = 8;
    private const int SumsOfTile = TileUnit.Rows * TileUnit.Rows;
    private const int ScaleBytes = TileUnit.Rows * sizeof(float);
    private const int BlockBytes = ScaleBytes + (PanelShape.ScaleBlock * TileUnit.Rows);

    public static int Rows => 2 * TileUnit.Rows;

    public static int StepBytes => 0;

    public static int BlockStepBytes => BlockBytes;

    public static int RowBlock(in ProductTask task) => PanelBlock.MostRows;

    public static int Height(int rows, int tiles) => Math.Min(rows, Rows);

    [SkipLocalsInit]
    public static void Multiply(in ProductTask task, int rows, byte* w, int firstRow, float* c, nint cStride, PrefetchStream ahead)
    {
        var memory = stackalloc byte[(Batch * 2 * SumsOfTile * sizeof(int)) + TileUnit.RowBytes];
        var sums = (int*)(((nint)memory + TileUnit.RowBytes - 1) & -TileUnit.RowBytes);
        var x = task.Quantized.From(firstRow);
        var tiles = rows > TileUnit.Rows ? 2 : 1;
        var work = new TileWork { Sums = sums };
        for (var row = 0; row < rows; row++)
        {
            Vector512<float>.Zero.Store(c + (row * cStride));
        }

        var target = ahead.Start;
        for (var block = 0; block < x.Blocks; block += Batch)
        {
            var count = Math.Min(Batch, x.Blocks - block);
            var panel = w + ((long)block * BlockBytes);
            work.Rows = (byte*)(x.Groups + ((long)block * x.BlockStride));
            work.NextRows = work.Rows + (x.TileStride * sizeof(int));
            work.Weights = panel + ScaleBytes;
            work.Steps = count;
            TileUnit.MultiplyBytes(ref work, tiles == 2);
            for (var index = 0; index < count; index++, target += ahead.BlockStep)
            {
                for (nint line = 0; line < ahead.BlockStep; line += TileUnit.RowBytes)
                {
                    Sse.Prefetch0(target + line);
                }
            }

            var row = 0;
            for (; row + 4 <= rows; row += 4)
            {
                JoinFour(panel, x, row, block, count, sums + (row * TileUnit.Rows), tiles * SumsOfTile, c + (row * cStride), cStride);
            }

            for (; row < rows; row++)
            {
                Join(panel, x, row, block, count, sums + (row * TileUnit.Rows), tiles * SumsOfTile, c + (row * cStride));
            }
        }
    }

    /// <summary>c[r] += Σ_b (sums[b][r] + correction) · (sw[b] · sx[r][b]), for four rows, b ascending.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void JoinFour(byte* panel, QuantizedRows x, int row, int block, int count, int* sums, int sumsOfBlock, float* c, nint cStride)
    {
        var (a, b) = (Vector512.Load(c), Vector512.Load(c + cStride));
        var (d, e) = (Vector512.Load(c + (2 * cStride)), Vector512.Load(c + (3 * cStride)));
        nint blocks = x.Blocks;
        var at = (row * blocks) + block;
        var scales = x.Scales + at;
        var corrections = x.Corrections + at;
        for (nint index = 0; index < count; index++, panel += BlockBytes, sums += sumsOfBlock)
        {
            var scale = Vector512.Load((float*)panel);
            a = Joined(a, sums, corrections[index], scale, scales[index]);
            b = Joined(b, sums + TileUnit.Rows, corrections[blocks + index], scale, scales[blocks + index]);
            d = Joined(d, sums + (2 * TileUnit.Rows), corrections[(2 * blocks) + index], scale, scales[(2 * blocks) + index]);
            e = Joined(e, sums + (3 * TileUnit.Rows), corrections[(3 * blocks) + index], scale, scales[(3 * blocks) + index]);
        }

        a.Store(c);
        b.Store(c + cStride);
        d.Store(c + (2 * cStride));
        e.Store(c + (3 * cStride));
    }

    /// <summary>The same for one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Join(byte* panel, QuantizedRows x, int row, int block, int count, int* sums, int sumsOfBlock, float* c)
    {
        var a = Vector512.Load(c);
        var at = ((nint)row * x.Blocks) + block;
        for (nint index = 0; index < count; index++, panel += BlockBytes, sums += sumsOfBlock)
        {
            a = Joined(a, sums, x.Corrections[at + index], Vector512.Load((float*)panel), x.Scales[at + index]);
        }

        a.Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Joined(Vector512<float> c, int* sums, int correction, Vector512<float> scale, float rowScale) =>
        Vector512.FusedMultiplyAdd(
            Avx512F.ConvertToVector512Single(Vector512.Load(sums) + Vector512.Create(correction)), scale * Vector512.Create(rowScale), c);
}
