using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu.Kernels;

namespace Slerp.Benchmarks.Shapes;

/// <summary>Writes the elements of one row as the file stores them.</summary>
internal delegate void RowBytes(int row, Span<byte> destination);

/// <summary>Writes the elements of one row as numbers.</summary>
internal delegate void RowNumbers(int row, Span<float> destination);

/// <summary>A tensor still to be written: its bytes are made row by row, so that a file of gigabytes needs no memory.</summary>
internal sealed record PlannedTensor(string Name, int[] Shape, WeightDType DType, RowBytes Fill)
{
    /// <summary>Elements of a row.</summary>
    public int Columns => Shape[^1];

    /// <summary>Rows; 1 for a vector.</summary>
    public int Rows => Shape.Length == 1 ? 1 : Shape[0];

    /// <summary>Bytes in all.</summary>
    public long Bytes => (long)Rows * Columns * DType.ElementBytes();

    /// <summary>A tensor made of numbers, rounded to its format.</summary>
    public static PlannedTensor Of(string name, int[] shape, WeightDType dtype, RowNumbers numbers)
    {
        var row = new float[shape[^1]];
        return new PlannedTensor(name, shape, dtype, (index, destination) =>
        {
            Array.Clear(row);
            numbers(index, row);
            for (var column = 0; column < row.Length; column++)
            {
                if (dtype == WeightDType.F32)
                {
                    BitConverter.TryWriteBytes(destination[(column * 4)..], row[column]);
                }
                else
                {
                    BitConverter.TryWriteBytes(destination[(column * 2)..], BFloat16.FromSingle(row[column]));
                }
            }
        });
    }
}
