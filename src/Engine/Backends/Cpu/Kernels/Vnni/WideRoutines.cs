using System.Runtime.InteropServices;
using Slerp.Engine.Backends.Cpu.Kernels.MachineCode;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Vnni;

/// <summary>The machine code of the products of 1 to 12 rows with 16 columns of 8-bit or 4-bit weights, one routine behind another. Each takes one pointer in rdi and keeps the caller's registers.</summary>
/// <remarks>
/// Formula: for each block of k, in order: sums = correction + Σ weights · integers, exact; result += float(sums) · (scale of weights · scale of row), rounded as
/// <see cref="IntegerTile{TDot,TSums,TLanes,TVector,TWeights}"/> rounds.
/// </remarks>
internal sealed class WideRoutines
{
    /// <summary>Rows of a tile: with an integer and a float sum for each, 24 of the 32 vector registers.</summary>
    public const int TileRows = 12;

    private const int Columns = 16;
    private const int Groups = PanelShape.ScaleBlock / sizeof(int);
    private const int Line = Columns * sizeof(int);
    private const int BitsOfHalf = 4;

    private readonly int[] _begins;

    private WideRoutines(byte[] code, int[] begins)
    {
        Code = code;
        _begins = begins;
    }

    /// <summary>All of it; position independent.</summary>
    public byte[] Code { get; }

    /// <summary>Where a routine begins.</summary>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="isInt4">Whether weights have 4 bits.</param>
    /// <param name="isAlone">Whether no other tile of rows meets the panel: then what is prefetched is as much as what is read.</param>
    public int Begin(int rows, bool isInt4, bool isAlone) => _begins[Index(rows, isInt4, isAlone)];

    /// <summary>Writes the routines.</summary>
    public static WideRoutines Assemble()
    {
        var code = new Assembler();
        var begins = new int[4 * TileRows];
        foreach (var isInt4 in new[] { false, true })
        {
            foreach (var isAlone in new[] { false, true })
            {
                for (var rows = 1; rows <= TileRows; rows++)
                {
                    begins[Index(rows, isInt4, isAlone)] = code.Position;
                    Write(code, rows, isInt4, isAlone);
                }
            }
        }

        return new WideRoutines(code.ToArray(), begins);
    }

    private static int Index(int rows, bool isInt4, bool isAlone) => (((isInt4 ? 2 : 0) + (isAlone ? 1 : 0)) * TileRows) + rows - 1;

    private static void Write(Assembler code, int rows, bool isInt4, bool isAlone)
    {
        const Register work = Register.Rdi, integers = Register.Rsi, weights = Register.Rcx, codes = Register.Rdx, scales = Register.R8;
        const Register corrections = Register.R9, ahead = Register.R10, blocks = Register.R11, lines = Register.Rax;
        const int firstSum = TileRows, group = 2 * TileRows, weightScales = group + 2, values = group + 3, scale = group + 4, bases = group + 5;
        const int pair = group + 6, lowHalves = group + 7;
        var linesOfBlock = isInt4 ? Groups / 2 : Groups;
        code.Read(lines, work, Offset(nameof(WideWork.ScaleBases)))
            .LoadVector(bases, lines, 0)
            .Read(integers, work, Offset(nameof(WideWork.Rows)))
            .Read(weights, work, Offset(nameof(WideWork.Weights)))
            .Read(codes, work, Offset(nameof(WideWork.ScaleCodes)))
            .Read(scales, work, Offset(nameof(WideWork.Scales)))
            .Read(corrections, work, Offset(nameof(WideWork.Corrections)))
            .Read(ahead, work, Offset(nameof(WideWork.Ahead)))
            .Read(blocks, work, Offset(nameof(WideWork.Blocks)));
        if (isInt4)
        {
            code.BroadcastInteger(lowHalves, work, Offset(nameof(WideWork.LowHalves)));
        }

        for (var row = 0; row < rows; row++)
        {
            code.ZeroVector(row);
        }

        var next = code.Position;
        for (var row = 0; row < rows; row++)
        {
            code.BroadcastInteger(firstSum + row, corrections, row * sizeof(int));
        }

        for (var line = 0; line < linesOfBlock; line++)
        {
            code.LoadVector(isInt4 ? pair : group, weights, line * Line);
            if (isAlone)
            {
                code.Prefetch(ahead, line * Line);
            }

            if (isInt4)
            {
                code.And(group, pair, lowHalves).ShiftRight(group + 1, pair, BitsOfHalf).And(group + 1, group + 1, lowHalves);
                Dot(group, 2 * line);
                Dot(group + 1, (2 * line) + 1);
            }
            else
            {
                Dot(group, line);
            }
        }

        if (isAlone)
        {
            // A block is a little more than its lines of weights: its scales.
            code.Prefetch(ahead, linesOfBlock * Line).Read(lines, work, Offset(nameof(WideWork.AheadStep))).Add(ahead, lines);
        }
        else
        {
            code.PrefetchLines(ahead, lines, work, Offset(nameof(WideWork.LinesAhead)));
        }

        code.WidenBytes(weightScales, codes, 0);
        if (isInt4)
        {
            // The magnitude's seven bits below, the sign on top: see SignedScaleCode.
            const int bits = 32, signBit = 7;
            code.ShiftLeft(values, weightScales, bits - signBit)
                .ShiftRight(values, values, bits - signBit - ScaleCode.Shift)
                .AddIntegers(values, values, bases)
                .ShiftRight(weightScales, weightScales, signBit)
                .ShiftLeft(weightScales, weightScales, bits - 1)
                .Or(weightScales, weightScales, values);
        }
        else
        {
            code.ShiftLeft(weightScales, weightScales, ScaleCode.Shift).AddIntegers(weightScales, weightScales, bases);
        }

        for (var row = 0; row < rows; row++)
        {
            code.ConvertIntegers(values, firstSum + row)
                .Scale(scale, weightScales, scales, row * sizeof(float))
                .MultiplyAdd(row, values, scale);
        }

        code.Add(integers, TileRows * PanelShape.ScaleBlock)
            .Add(weights, linesOfBlock * Line)
            .Add(codes, Columns)
            .Add(scales, TileRows * sizeof(float))
            .Add(corrections, TileRows * sizeof(int))
            .Repeat(blocks, next)
            .Read(integers, work, Offset(nameof(WideWork.Result)))
            .Read(weights, work, Offset(nameof(WideWork.ResultStride)));
        for (var row = 0; row < rows; row++)
        {
            code.StoreVector(row, integers, 0).Add(integers, weights);
        }

        code.EndVectors().Return();

        void Dot(int vector, int index)
        {
            for (var row = 0; row < rows; row++)
            {
                code.DotBytes(firstSum + row, vector, integers, (row * PanelShape.ScaleBlock) + (index * sizeof(int)));
            }
        }
    }

    private static int Offset(string field) => (int)Marshal.OffsetOf<WideWork>(field);
}
