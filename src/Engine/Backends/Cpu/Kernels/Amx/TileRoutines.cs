using System.Runtime.InteropServices;
using Slerp.Engine.Backends.Cpu.Kernels.MachineCode;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>The machine code of all tile routines, one behind another. Each takes one pointer in rdi and keeps the caller's registers.</summary>
internal sealed class TileRoutines
{
    /// <summary>Parts in which a step of bfloat16 weights prefetches.</summary>
    public const int PartsOfStep = 4;

    private const int BytesPerBlock = 512;
    private const int WeightsPerBlock = 512;
    private const int SumsPerTile = 1024;
    private const int BytesPerHalf = 1024;
    private const int WeightsPerStep = 2048;

    private static readonly int RowsField = Offset(nameof(TileWork.Rows));
    private static readonly int NextRowsField = Offset(nameof(TileWork.NextRows));
    private static readonly int WeightsField = Offset(nameof(TileWork.Weights));
    private static readonly int ResultField = Offset(nameof(TileWork.Result));
    private static readonly int NextResultField = Offset(nameof(TileWork.NextResult));
    private static readonly int ResultStrideField = Offset(nameof(TileWork.ResultStride));
    private static readonly int StepsField = Offset(nameof(TileWork.Steps));
    private static readonly int AheadField = Offset(nameof(TileWork.Ahead));
    private static readonly int LinesAheadField = Offset(nameof(TileWork.LinesAhead));
    private static readonly int ScalesField = Offset(nameof(TileWork.Scales));
    private static readonly int ScaleBasesField = Offset(nameof(TileWork.ScaleBases));
    private static readonly int ScaleCodesField = Offset(nameof(TileWork.ScaleCodes));
    private static readonly int OffsetsField = Offset(nameof(TileWork.Offsets));
    private static readonly int SumsField = Offset(nameof(TileWork.Sums));

    private TileRoutines(byte[] code, int release, int bytes, int halvesOfOneTile, int halvesOfTwoTiles)
    {
        Code = code;
        Release = release;
        Bytes = bytes;
        HalvesOfOneTile = halvesOfOneTile;
        HalvesOfTwoTiles = halvesOfTwoTiles;
    }

    /// <summary>All of it; position independent. It begins with the routine that takes over <see cref="TileShapes"/>.</summary>
    public byte[] Code { get; }

    /// <summary>Where the routine begins that gives the tiles back.</summary>
    public int Release { get; }

    /// <summary>Where the product of 16 rows with 16 columns of 8-bit weights begins.</summary>
    public int Bytes { get; }

    /// <summary>Where the product of 16 rows with 32 columns of bfloat16 weights begins.</summary>
    public int HalvesOfOneTile { get; }

    /// <summary>The same for 32 rows.</summary>
    public int HalvesOfTwoTiles { get; }

    /// <summary>Writes the routines.</summary>
    public static TileRoutines Assemble()
    {
        var code = new Assembler();
        code.LoadConfiguration(Register.Rdi).Return();
        var release = code.Position;
        code.ReleaseTiles().Return();
        var bytes = WriteBytes(code);
        var halvesOfOneTile = WriteHalves(code, isPair: false);
        var halvesOfTwoTiles = WriteHalves(code, isPair: true);
        return new TileRoutines(code.ToArray(), release, bytes, halvesOfOneTile, halvesOfTwoTiles);
    }

    /// <summary>
    /// For each block of k: the unit's exact sums, and c += float(sums) · (scale of weights · scale of row) of the block before, whose sums have arrived
    /// meanwhile: the unit and the vectors work side by side.
    /// </summary>
    private static int WriteBytes(Assembler code)
    {
        const Register rows = Register.Rsi, weights = Register.Rcx, sums = Register.R8, scales = Register.Rdx, ahead = Register.R9;
        const Register rowStride = Register.R10, tileStride = Register.R11, lines = Register.Rax;
        const int bases = 19;
        var begin = code.Position;
        code.Read(lines, Register.Rdi, ScaleBasesField)
            .LoadVector(bases, lines, 0)
            .Read(rows, Register.Rdi, RowsField)
            .Read(weights, Register.Rdi, WeightsField)
            .Read(sums, Register.Rdi, SumsField)
            .Read(scales, Register.Rdi, ScalesField)
            .Read(ahead, Register.Rdi, OffsetsField)
            .Set(lines, 0)
            .Load(5, ahead, lines)
            .Read(ahead, Register.Rdi, AheadField)
            .Set(rowStride, BytesPerBlock / TileUnit.Rows)
            .Set(tileStride, TileUnit.RowBytes);
        for (var row = 0; row < TileUnit.Rows; row++)
        {
            code.ZeroVector(row);
        }

        SumBlock(code, 0);
        code.Store(0, sums, tileStride).Add(rows, BytesPerBlock).Add(weights, WeightsPerBlock);
        var next = code.Position;
        // Two blocks a turn, each with tiles of its own: neither waits for the other's.
        Step(code, 1);
        var leave = code.LeaveAtZero(Register.Rdi, StepsField);
        Step(code, 0);
        code.Repeat(Register.Rdi, StepsField, next).Land(leave);
        ScaleBlock(code);
        code.Read(rows, Register.Rdi, ResultField).Read(weights, Register.Rdi, ResultStrideField);
        for (var row = 0; row < TileUnit.Rows; row++)
        {
            code.StoreVector(row, rows, 0).Add(rows, weights);
        }

        code.EndVectors().Return();
        return begin;

        static void Step(Assembler code, int tile)
        {
            SumBlock(code, tile);
            code.PrefetchLines(ahead, lines, Register.Rdi, LinesAheadField);
            ScaleBlock(code);
            // Measured: stored only now, the sums keep nothing waiting.
            code.Flip(sums, SumsPerTile)
                .Store(tile, sums, tileStride)
                .Add(rows, BytesPerBlock)
                .Add(weights, WeightsPerBlock)
                .Add(scales, TileUnit.Rows * sizeof(float));
        }

        static void SumBlock(Assembler code, int tile) =>
            code.Zero(tile)
                .Load(4, weights, tileStride)
                .Load(6 + tile, rows, rowStride)
                .DotBytes(tile, 6 + tile, 4)
                .DotSignedBytes(tile, 6 + tile, 5);

        static void ScaleBlock(Assembler code)
        {
            const int weightScales = 16, values = 17, scale = 18;
            code.Read(lines, Register.Rdi, ScaleCodesField)
                .WidenBytes(weightScales, lines, 0)
                .ShiftLeft(weightScales, weightScales, ScaleCode.Shift)
                .AddIntegers(weightScales, weightScales, bases)
                .Add(Register.Rdi, ScaleCodesField, TileUnit.Rows);
            for (var row = 0; row < TileUnit.Rows; row++)
            {
                code.LoadIntegers(values, sums, row * TileUnit.RowBytes)
                    .Scale(scale, weightScales, scales, row * sizeof(float))
                    .MultiplyAdd(row, values, scale);
            }
        }
    }

    /// <summary>Over all steps, in order: sums += high halves of rows × weights, then the low ones; stored at the end.</summary>
    private static int WriteHalves(Assembler code, bool isPair)
    {
        const Register rows = Register.Rsi, nextRows = Register.Rdx, weights = Register.Rcx, ahead = Register.R8, steps = Register.R9;
        const Register tileStride = Register.R10, weightStride = Register.R11, lines = Register.Rax;
        var begin = code.Position;
        code.Read(rows, Register.Rdi, RowsField)
            .Read(nextRows, Register.Rdi, NextRowsField)
            .Read(weights, Register.Rdi, WeightsField)
            .Read(ahead, Register.Rdi, AheadField)
            .Read(steps, Register.Rdi, StepsField)
            .Set(tileStride, TileUnit.RowBytes)
            .Set(weightStride, 2 * TileUnit.RowBytes);
        for (var sums = 0; sums < (isPair ? 4 : 2); sums++)
        {
            code.Zero(sums);
        }

        var next = code.Position;
        code.Load(4, weights, weightStride);
        code.PrefetchLines(ahead, lines, Register.Rdi, LinesAheadField);
        code.Load(5, weights, weightStride, TileUnit.RowBytes);
        code.PrefetchLines(ahead, lines, Register.Rdi, LinesAheadField);
        for (var half = 0; half < 2; half++)
        {
            code.Load(6, rows, tileStride, half * BytesPerHalf).DotHalves(0, 6, 4).DotHalves(1, 6, 5);
            if (isPair)
            {
                code.Load(7, nextRows, tileStride, half * BytesPerHalf).DotHalves(2, 7, 4).DotHalves(3, 7, 5);
            }

            code.PrefetchLines(ahead, lines, Register.Rdi, LinesAheadField);
        }

        code.Add(rows, 2 * BytesPerHalf)
            .Add(nextRows, 2 * BytesPerHalf)
            .Add(weights, WeightsPerStep)
            .Repeat(steps, next);
        for (var tile = 0; tile < (isPair ? 2 : 1); tile++)
        {
            code.Read(rows, Register.Rdi, tile == 0 ? ResultField : NextResultField)
                .Read(tileStride, Register.Rdi, ResultStrideField)
                .Store(tile * 2, rows, tileStride)
                .Store((tile * 2) + 1, rows, tileStride, TileUnit.RowBytes);
        }

        code.Return();
        return begin;
    }

    private static int Offset(string field) => (int)Marshal.OffsetOf<TileWork>(field);
}
