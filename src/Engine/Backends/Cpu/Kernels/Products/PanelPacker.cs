using System.Runtime.CompilerServices;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>Brings rows of weights into a panel, and single rows back out of it.</summary>
/// <remarks>
/// <para>Int8: scale = max |w| / 127 over a block, q = round(w / scale). Int4: scale = w* / −8 with w* the weight of largest magnitude, q = round(w / scale) in [−8, 7].</para>
/// <para>A block without weights other than 0 has scale 0.</para>
/// </remarks>
internal static unsafe class PanelPacker
{
    /// <summary>Packs <paramref name="rows"/> rows of K floats, one behind another, into a zeroed panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(in PanelShape shape, float* source, int rows, byte* panel)
    {
        for (var column = 0; column < rows; column++)
        {
            var w = source + ((long)column * shape.K);
            switch (shape.Format)
            {
                case PanelFormat.Float32:
                    for (var k = 0; k < shape.K; k++)
                    {
                        ((float*)panel)[((long)k * shape.Columns) + column] = w[k];
                    }

                    break;
                case PanelFormat.BFloat16:
                    for (var k = 0; k < shape.K; k++)
                    {
                        ((ushort*)panel)[(((((long)k >> 1) * shape.Columns) + column) * 2) + (k & 1)] = BFloat16.FromSingle(w[k]);
                    }

                    break;
                default:
                    PackIntegers(shape, w, column, panel);
                    break;
            }
        }
    }

    /// <summary>Reads one column of a panel, widened: a row of the matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(in PanelShape shape, byte* panel, int column, float* destination)
    {
        for (var k = 0; k < shape.K; k++)
        {
            destination[k] = shape.Format switch
            {
                PanelFormat.Float32 => ((float*)panel)[((long)k * shape.Columns) + column],
                PanelFormat.BFloat16 => BFloat16.ToSingle(((ushort*)panel)[(((((long)k >> 1) * shape.Columns) + column) * 2) + (k & 1)]),
                _ => Integer(shape, panel, column, k),
            };
        }
    }

    private static void PackIntegers(in PanelShape shape, float* w, int column, byte* panel)
    {
        for (var block = 0; block < shape.Blocks; block++)
        {
            var begin = block * shape.BlockSize;
            var end = Math.Min(begin + shape.BlockSize, shape.K);
            var scale = shape.Format == PanelFormat.Int8 ? Int8Scale(w, begin, end) : Int4Scale(w, begin, end);
            var inverse = scale == 0 ? 0 : 1f / scale;
            var address = panel + (block * shape.BlockBytes);
            ((float*)address)[column] = scale;
            for (var k = begin; k < begin + shape.BlockSize; k++)
            {
                var value = k < end ? MathF.Round(w[k] * inverse) : 0f;
                if (shape.Format == PanelFormat.Int8)
                {
                    *Byte(shape, address, column, k - begin) = (byte)((int)Math.Clamp(value, -127f, 127f) + shape.Offset);
                }
                else
                {
                    var nibble = (int)Math.Clamp(value, -8f, 7f) + shape.Offset;
                    *Nibble(shape, address, column, k - begin, out var shift) |= (byte)(nibble << shift);
                }
            }
        }
    }

    private static float Integer(in PanelShape shape, byte* panel, int column, int k)
    {
        var (block, step) = Math.DivRem(k, shape.BlockSize);
        var address = panel + (block * shape.BlockBytes);
        var scale = ((float*)address)[column];
        if (shape.Format == PanelFormat.Int8)
        {
            var stored = *Byte(shape, address, column, step);
            return scale * (shape.Offset == 0 ? (sbyte)stored : stored - shape.Offset);
        }

        return scale * (((*Nibble(shape, address, column, step, out var shift) >> shift) & 15) - shape.Offset);
    }

    private static byte* Byte(in PanelShape shape, byte* block, int column, int step) =>
        block + (shape.Columns * 4) + ((((long)(step / shape.Group) * shape.Columns) + column) * shape.Group) + (step % shape.Group);

    private static byte* Nibble(in PanelShape shape, byte* block, int column, int step, out int shift)
    {
        var group = step / shape.Group;
        shift = (group & 1) * 4;
        return block + (shape.Columns * 4) + ((((long)(group / 2) * shape.Columns) + column) * shape.Group) + (step % shape.Group);
    }

    private static float Int8Scale(float* w, int begin, int end)
    {
        var largest = 0f;
        for (var k = begin; k < end; k++)
        {
            largest = MathF.Max(largest, MathF.Abs(w[k]));
        }

        return largest / 127f;
    }

    private static float Int4Scale(float* w, int begin, int end)
    {
        var largest = 0f;
        for (var k = begin; k < end; k++)
        {
            largest = MathF.Abs(w[k]) > MathF.Abs(largest) ? w[k] : largest;
        }

        return largest / -8f;
    }
}
