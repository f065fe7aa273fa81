using System.Runtime.InteropServices;

namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>The machine code of all tile routines, one behind another. Each takes one pointer in rdi and keeps the caller's registers.</summary>
internal sealed class TileRoutines
{
    private const int BytesPerBlock = 512;
    private const int WeightsPerBlock = 576;
    private const int SumsPerTile = 1024;
    private const int BytesPerHalf = 1024;
    private const int WeightsPerStep = 2048;
    private const int Line = 64;

    private static readonly int RowsField = Offset(nameof(TileWork.Rows));
    private static readonly int NextRowsField = Offset(nameof(TileWork.NextRows));
    private static readonly int WeightsField = Offset(nameof(TileWork.Weights));
    private static readonly int SumsField = Offset(nameof(TileWork.Sums));
    private static readonly int NextSumsField = Offset(nameof(TileWork.NextSums));
    private static readonly int SumsStrideField = Offset(nameof(TileWork.SumsStride));
    private static readonly int StepsField = Offset(nameof(TileWork.Steps));
    private static readonly int AheadField = Offset(nameof(TileWork.Ahead));
    private static readonly int LinesAheadField = Offset(nameof(TileWork.LinesAhead));

    private TileRoutines(byte[] code, int release, int bytesOfOneTile, int bytesOfTwoTiles, int halvesOfOneTile, int halvesOfTwoTiles)
    {
        Code = code;
        Release = release;
        BytesOfOneTile = bytesOfOneTile;
        BytesOfTwoTiles = bytesOfTwoTiles;
        HalvesOfOneTile = halvesOfOneTile;
        HalvesOfTwoTiles = halvesOfTwoTiles;
    }

    /// <summary>All of it; position independent. It begins with the routine that takes over <see cref="TileShapes"/>.</summary>
    public byte[] Code { get; }

    /// <summary>Where the routine begins that gives the tiles back.</summary>
    public int Release { get; }

    /// <summary>Where the product of 16 rows with 16 columns of 8-bit weights begins: sums[block][16][16], each block of 32 steps of k for itself.</summary>
    public int BytesOfOneTile { get; }

    /// <summary>The same for 32 rows: sums[block][2][16][16].</summary>
    public int BytesOfTwoTiles { get; }

    /// <summary>Where the product of 16 rows with 32 columns of bfloat16 weights begins.</summary>
    public int HalvesOfOneTile { get; }

    /// <summary>The same for 32 rows.</summary>
    public int HalvesOfTwoTiles { get; }

    /// <summary>Writes the routines.</summary>
    public static TileRoutines Assemble()
    {
        var code = new TileAssembler();
        code.LoadConfiguration(Register.Rdi).Return();
        var release = code.Position;
        code.ReleaseTiles().Return();
        var bytesOfOneTile = Bytes(code, isPair: false);
        var bytesOfTwoTiles = Bytes(code, isPair: true);
        var halvesOfOneTile = Halves(code, isPair: false);
        var halvesOfTwoTiles = Halves(code, isPair: true);
        return new TileRoutines(code.ToArray(), release, bytesOfOneTile, bytesOfTwoTiles, halvesOfOneTile, halvesOfTwoTiles);
    }

    /// <summary>For each block: sums = rows × weights, stored.</summary>
    private static int Bytes(TileAssembler code, bool isPair)
    {
        const Register rows = Register.Rsi, nextRows = Register.Rdx, weights = Register.Rcx, sums = Register.R8, blocks = Register.R9;
        const Register rowStride = Register.R10, tileStride = Register.R11;
        var begin = code.Position;
        code.Read(rows, Register.Rdi, RowsField)
            .Read(nextRows, Register.Rdi, NextRowsField)
            .Read(weights, Register.Rdi, WeightsField)
            .Read(sums, Register.Rdi, SumsField)
            .Read(blocks, Register.Rdi, StepsField)
            .Set(rowStride, BytesPerBlock / TileUnit.Rows)
            .Set(tileStride, TileUnit.RowBytes);
        var next = code.Position;
        code.Zero(0)
            .Load(4, weights, tileStride)
            .Load(6, rows, rowStride)
            .DotBytes(0, 6, 4);
        if (isPair)
        {
            code.Zero(1)
                .Load(7, nextRows, rowStride)
                .DotBytes(1, 7, 4)
                .Store(1, sums, tileStride, SumsPerTile);
        }

        code.Store(0, sums, tileStride)
            .Add(rows, BytesPerBlock)
            .Add(nextRows, BytesPerBlock)
            .Add(weights, WeightsPerBlock)
            .Add(sums, isPair ? 2 * SumsPerTile : SumsPerTile)
            .Repeat(blocks, next)
            .Return();
        return begin;
    }

    /// <summary>Over all steps, in order: sums += high halves of rows × weights, then the low ones; stored at the end.</summary>
    private static int Halves(TileAssembler code, bool isPair)
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
        code.Load(4, weights, weightStride).Load(5, weights, weightStride, TileUnit.RowBytes);
        for (var half = 0; half < 2; half++)
        {
            code.Load(6, rows, tileStride, half * BytesPerHalf).DotHalves(0, 6, 4).DotHalves(1, 6, 5);
            if (isPair)
            {
                code.Load(7, nextRows, tileStride, half * BytesPerHalf).DotHalves(2, 7, 4).DotHalves(3, 7, 5);
            }
        }

        code.Read(lines, Register.Rdi, LinesAheadField);
        var line = code.Position;
        code.Prefetch(ahead)
            .Add(ahead, Line)
            .Repeat(lines, line)
            .Add(rows, 2 * BytesPerHalf)
            .Add(nextRows, 2 * BytesPerHalf)
            .Add(weights, WeightsPerStep)
            .Repeat(steps, next);
        for (var tile = 0; tile < (isPair ? 2 : 1); tile++)
        {
            code.Read(rows, Register.Rdi, tile == 0 ? SumsField : NextSumsField)
                .Read(tileStride, Register.Rdi, SumsStrideField)
                .Store(tile * 2, rows, tileStride)
                .Store((tile * 2) + 1, rows, tileStride, TileUnit.RowBytes);
        }

        code.Return();
        return begin;
    }

    private static int Offset(string field) => (int)Marshal.OffsetOf<TileWork>(field);
}
