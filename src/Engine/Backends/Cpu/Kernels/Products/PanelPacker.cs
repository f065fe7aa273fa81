using System.Runtime.CompilerServices;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>Brings rows of weights into a panel, and single rows back out of it.</summary>
internal static unsafe class PanelPacker
{
    /// <summary>Packs <paramref name="rows"/> rows of K floats, one behind another, into a zeroed panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(in PanelShape shape, float* source, int rows, byte* panel)
    {
        var (k, columns) = (shape.K, shape.Columns);
        switch (shape.Format)
        {
            case PanelFormat.Float32:
                for (var step = 0; step < k; step++)
                {
                    var target = (float*)panel + ((long)step * columns);
                    for (var column = 0; column < rows; column++)
                    {
                        target[column] = source[((long)column * k) + step];
                    }
                }

                break;
            case PanelFormat.BFloat16:
                for (var step = 0; step < k; step++)
                {
                    var target = (ushort*)panel + ((long)(step >> 1) * columns * 2) + (step & 1);
                    for (var column = 0; column < rows; column++)
                    {
                        target[column * 2] = BFloat16.FromSingle(source[((long)column * k) + step]);
                    }
                }

                break;
            default:
                for (var column = 0; column < rows; column++)
                {
                    IntegerPacker.Pack(shape, source + ((long)column * k), column, panel);
                }

                break;
        }
    }

    /// <summary>Packs rows that already are bfloat16 into a zeroed bfloat16 panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackBFloat16(in PanelShape shape, ushort* source, int rows, byte* panel)
    {
        var (k, columns) = (shape.K, shape.Columns);
        var pairs = (uint*)panel;
        for (var step = 0; step + 1 < k; step += 2, pairs += columns)
        {
            for (var column = 0; column < rows; column++)
            {
                pairs[column] = Unsafe.ReadUnaligned<uint>(source + ((long)column * k) + step);
            }
        }

        for (var column = 0; (k & 1) != 0 && column < rows; column++)
        {
            pairs[column] = source[((long)column * k) + k - 1];
        }
    }

    /// <summary>Reads one column of a panel, widened: a row of the matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(in PanelShape shape, byte* panel, int column, float* destination)
    {
        var (k, columns) = (shape.K, shape.Columns);
        switch (shape.Format)
        {
            case PanelFormat.Float32:
                for (var step = 0; step < k; step++)
                {
                    destination[step] = ((float*)panel)[((long)step * columns) + column];
                }

                break;
            case PanelFormat.BFloat16:
                for (var step = 0; step < k; step++)
                {
                    destination[step] = BFloat16.ToSingle(((ushort*)panel)[((((long)(step >> 1) * columns) + column) * 2) + (step & 1)]);
                }

                break;
            default:
                IntegerPacker.Unpack(shape, panel, column, destination);
                break;
        }
    }
}
