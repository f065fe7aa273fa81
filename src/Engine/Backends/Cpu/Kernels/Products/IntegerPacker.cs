using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>Quantises weights into integer panels.</summary>
/// <remarks>
/// <para>8 bits: scale = max |w| / 127 over a block, up to the next <see cref="ScaleCode"/>, q = round(w / scale). 4 bits: scale = w* / −8 with w* the weight of largest magnitude, the positive of two, as the nearest <see cref="SignedScaleCode"/>, q = round(w / scale) in [−8, 7].</para>
/// <para>A row without weights other than 0 has scales of 0; a NaN makes all of its row's NaN.</para>
/// </remarks>
internal static unsafe class IntegerPacker
{
    private const int Piece = 32;

    /// <summary>Packs one row of K floats as a column of a zeroed panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(in PanelShape shape, float* w, int column, byte* panel)
    {
        var is4 = shape.Format == PanelFormat.Int4;
        var (lowest, highest) = RangeOf(shape);
        var q = stackalloc int[Piece];
        var tail = stackalloc float[Piece];
        var largest = Magnitude(Range(w, 0, shape.PaddedK, shape.K, tail));
        Base(panel, column) = is4 ? SignedScaleCode.BaseOf(largest / 8f) : ScaleCode.BaseOf(largest / 127f);
        for (var block = 0; block < shape.Blocks; block++)
        {
            var begin = block * shape.BlockSize;
            var range = Range(w, begin, begin + shape.BlockSize, shape.K, tail);
            Code(shape, panel, block, column) = is4
                ? SignedScaleCode.Of((range.Largest >= -range.Smallest ? range.Largest : range.Smallest) / -8f, Base(panel, column))
                : ScaleCode.Of(Magnitude(range) / 127f, Base(panel, column));
            var scale = ScaleOf(shape, panel, block, column);
            var inverse = scale == 0 ? 0 : 1f / scale;
            var target = BlockAt(shape, panel, block);
            for (var at = begin; at < begin + shape.BlockSize; at += Piece)
            {
                Quantize(Padded(w, at, shape.K, tail), inverse, lowest, highest, shape.Offset, q);
                if (is4)
                {
                    Nibbles(shape, q, (at - begin) / shape.Group, column, target);
                }
                else
                {
                    Bytes(shape, q, (at - begin) / shape.Group, column, target);
                }
            }
        }
    }

    /// <summary>Reads one column of a panel, widened.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(in PanelShape shape, byte* panel, int column, float* destination)
    {
        for (var k = 0; k < shape.K; k++)
        {
            var (block, step) = Math.DivRem(k, shape.BlockSize);
            var (group, within) = Math.DivRem(step, shape.Group);
            var address = BlockAt(shape, panel, block);
            var scale = ScaleOf(shape, panel, block, column);
            if (shape.Format == PanelFormat.Int4)
            {
                var both = Groups(shape, address, group / 2, column)[within];
                destination[k] = scale * (((both >> (group % 2 * 4)) & 15) - shape.Offset);
            }
            else
            {
                var stored = Groups(shape, address, group, column)[within];
                destination[k] = scale * (shape.Offset == 0 ? (sbyte)stored : stored - shape.Offset);
            }
        }
    }

    /// <summary>‖w − ŵ‖, ŵ being what a column keeps of the row that was packed into it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Error(in PanelShape shape, float* w, int column, byte* panel)
    {
        var (lowest, highest) = RangeOf(shape);
        var q = stackalloc int[Piece];
        var tail = stackalloc float[Piece];
        var sum = 0.0;
        for (var block = 0; block < shape.Blocks; block++)
        {
            var scale = ScaleOf(shape, panel, block, column);
            var inverse = scale == 0 ? 0 : 1f / scale;
            var squares = Vector128<float>.Zero;
            var end = (block + 1) * shape.BlockSize;
            for (var at = end - shape.BlockSize; at < end; at += Piece)
            {
                var piece = Padded(w, at, shape.K, tail);
                Quantize(piece, inverse, lowest, highest, offset: 0, q);
                for (var index = 0; index < Piece; index += Vector128<float>.Count)
                {
                    var difference = Vector128.Load(piece + index) - (Vector128.ConvertToSingle(Vector128.Load(q + index)) * scale);
                    squares += difference * difference;
                }
            }

            sum += Vector128.Sum(squares);
        }

        return Math.Sqrt(sum);
    }

    private static (int Lowest, int Highest) RangeOf(in PanelShape shape) => shape.Format == PanelFormat.Int4 ? (-8, 7) : (-127, 127);

    /// <summary>32 integers as stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quantize(float* w, float inverse, int lowest, int highest, int offset, int* q)
    {
        for (var at = 0; at < Piece; at += Vector128<float>.Count)
        {
            var values = Vector128.ConvertToInt32(Vector128.Round(Vector128.Load(w + at) * inverse));
            (Vector128.Clamp(values, Vector128.Create(lowest), Vector128.Create(highest)) + Vector128.Create(offset)).Store(q + at);
        }
    }

    private static void Bytes(in PanelShape shape, int* q, int firstGroup, int column, byte* block)
    {
        var target = Groups(shape, block, firstGroup, column);
        var step = shape.Columns * shape.Group;
        for (var index = 0; index < Piece; index += shape.Group, target += step)
        {
            *(ushort*)target = (ushort)((byte)q[index] | ((byte)q[index + 1] << 8));
            if (shape.Group == 4)
            {
                *(ushort*)(target + 2) = (ushort)((byte)q[index + 2] | ((byte)q[index + 3] << 8));
            }
        }
    }

    private static void Nibbles(in PanelShape shape, int* q, int firstGroup, int column, byte* block)
    {
        var target = Groups(shape, block, firstGroup / 2, column);
        var step = shape.Columns * shape.Group;
        for (var index = 0; index < Piece; index += 2 * shape.Group, target += step)
        {
            for (var within = 0; within < shape.Group; within++)
            {
                target[within] = (byte)(q[index + within] | (q[index + shape.Group + within] << 4));
            }
        }
    }

    /// <summary>A column's part of a group of 8 bits, or of a pair of groups of 4.</summary>
    private static byte* Groups(in PanelShape shape, byte* block, int number, int column) =>
        block + ((((long)number * shape.Columns) + column) * shape.Group);

    private static byte* BlockAt(in PanelShape shape, byte* panel, int block) => panel + shape.ScaleBytes + (block * shape.BlockBytes);

    private static float ScaleOf(in PanelShape shape, byte* panel, int block, int column)
    {
        var (code, rowBase) = (Code(shape, panel, block, column), Base(panel, column));
        return shape.Format == PanelFormat.Int4 ? SignedScaleCode.Value(code, rowBase) : ScaleCode.Value(code, rowBase);
    }

    private static ref int Base(byte* panel, int column) => ref ((int*)panel)[column];

    private static ref byte Code(in PanelShape shape, byte* panel, int block, int column) =>
        ref panel[((long)sizeof(int) * shape.Columns) + ((long)block * shape.Columns) + column];

    private static float Magnitude((float Smallest, float Largest) range) => MathF.Max(range.Largest, -range.Smallest);

    /// <summary>The smallest and the largest weight of a block, 0 included; NaN if any is.</summary>
    private static (float Smallest, float Largest) Range(float* w, int begin, int end, int k, float* tail)
    {
        var (smallest, largest) = (Vector128<float>.Zero, Vector128<float>.Zero);
        for (var at = begin; at < end; at += Piece)
        {
            var piece = Padded(w, at, k, tail);
            for (var index = 0; index < Piece; index += Vector128<float>.Count)
            {
                smallest = Vector128.Min(smallest, Vector128.Load(piece + index));
                largest = Vector128.Max(largest, Vector128.Load(piece + index));
            }
        }

        return (
            MathF.Min(MathF.Min(smallest[0], smallest[1]), MathF.Min(smallest[2], smallest[3])),
            MathF.Max(MathF.Max(largest[0], largest[1]), MathF.Max(largest[2], largest[3])));
    }

    /// <summary>32 weights from <paramref name="at"/> on, zeros past the row's end.</summary>
    private static float* Padded(float* w, int at, int k, float* tail)
    {
        if (at + Piece <= k)
        {
            return w + at;
        }

        for (var index = 0; index < Piece; index++)
        {
            tail[index] = at + index < k ? w[at + index] : 0f;
        }

        return tail;
    }
}
