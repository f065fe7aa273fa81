using System.Runtime.InteropServices;
using Slerp.Engine.Backends.Cpu.Kernels.MachineCode;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Backends.Cpu.Kernels.Vnni;

/// <summary>The machine code of the products of 1 to 12 rows with 16 columns of 8-bit weights, one routine behind another. Each takes one pointer in rdi and keeps the caller's registers.</summary>
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
    private const int BytesOfGroup = Columns * sizeof(int);

    private readonly int[] _begins;

    private WideRoutines(byte[] code, int[] begins)
    {
        Code = code;
        _begins = begins;
    }

    /// <summary>All of it; position independent.</summary>
    public byte[] Code { get; }

    /// <summary>Where the routine for that many rows begins.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="isAlone">Whether no other tile of rows meets the panel: then what is prefetched is as much as what is read.</param>
    public int Begin(int rows, bool isAlone) => _begins[(isAlone ? TileRows : 0) + rows - 1];

    /// <summary>Writes the routines.</summary>
    public static WideRoutines Assemble()
    {
        var code = new Assembler();
        var begins = new int[2 * TileRows];
        for (var rows = 1; rows <= TileRows; rows++)
        {
            begins[rows - 1] = code.Position;
            Write(code, rows, isAlone: false);
            begins[TileRows + rows - 1] = code.Position;
            Write(code, rows, isAlone: true);
        }

        return new WideRoutines(code.ToArray(), begins);
    }

    private static void Write(Assembler code, int rows, bool isAlone)
    {
        const Register work = Register.Rdi, integers = Register.Rsi, weights = Register.Rcx, codes = Register.Rdx, scales = Register.R8;
        const Register corrections = Register.R9, ahead = Register.R10, blocks = Register.R11, lines = Register.Rax;
        const int firstSum = TileRows, group = 2 * TileRows, weightScales = group + 2, values = group + 3, scale = group + 4, bases = group + 5;
        code.Read(lines, work, Offset(nameof(WideWork.ScaleBases)))
            .LoadVector(bases, lines, 0)
            .Read(integers, work, Offset(nameof(WideWork.Rows)))
            .Read(weights, work, Offset(nameof(WideWork.Weights)))
            .Read(codes, work, Offset(nameof(WideWork.ScaleCodes)))
            .Read(scales, work, Offset(nameof(WideWork.Scales)))
            .Read(corrections, work, Offset(nameof(WideWork.Corrections)))
            .Read(ahead, work, Offset(nameof(WideWork.Ahead)))
            .Read(blocks, work, Offset(nameof(WideWork.Blocks)));
        for (var row = 0; row < rows; row++)
        {
            code.ZeroVector(row);
        }

        var next = code.Position;
        for (var row = 0; row < rows; row++)
        {
            code.BroadcastInteger(firstSum + row, corrections, row * sizeof(int));
        }

        for (var index = 0; index < Groups; index++)
        {
            // Two registers in turn: the next group's load waits for nothing.
            var current = group + (index % 2);
            code.LoadVector(current, weights, index * BytesOfGroup);
            if (isAlone)
            {
                code.Prefetch(ahead, index * BytesOfGroup);
            }

            for (var row = 0; row < rows; row++)
            {
                code.DotBytes(firstSum + row, current, integers, (row * PanelShape.ScaleBlock) + (index * sizeof(int)));
            }
        }

        if (isAlone)
        {
            // A block is a little more than eight lines: of weights, and of scales.
            code.Prefetch(ahead, Groups * BytesOfGroup).Read(lines, work, Offset(nameof(WideWork.AheadStep))).Add(ahead, lines);
        }
        else
        {
            code.PrefetchLines(ahead, lines, work, Offset(nameof(WideWork.LinesAhead)));
        }

        code.WidenBytes(weightScales, codes, 0)
            .ShiftLeft(weightScales, weightScales, ScaleCode.Shift)
            .AddIntegers(weightScales, weightScales, bases);
        for (var row = 0; row < rows; row++)
        {
            code.ConvertIntegers(values, firstSum + row)
                .Scale(scale, weightScales, scales, row * sizeof(float))
                .MultiplyAdd(row, values, scale);
        }

        code.Add(integers, TileRows * PanelShape.ScaleBlock)
            .Add(weights, Groups * BytesOfGroup)
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
    }

    private static int Offset(string field) => (int)Marshal.OffsetOf<WideWork>(field);
}
