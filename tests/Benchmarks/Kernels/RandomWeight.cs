using System.Runtime.InteropServices;
using Slerp.Benchmarks.Shapes;
using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu.Kernels;

namespace Slerp.Benchmarks.Kernels;

/// <summary>A BF16 weight that is made when it is read.</summary>
internal sealed class RandomWeight(int rows, int columns) : WeightTensor("random", WeightDType.BF16, [rows, columns])
{
    /// <inheritdoc />
    protected override void ReadRowsCore(int firstRow, int rowCount, Span<float> destination)
    {
        var raw = new byte[destination.Length * 2];
        ReadRawRowsCore(firstRow, rowCount, raw);
        var values = MemoryMarshal.Cast<byte, ushort>(raw);
        for (var index = 0; index < values.Length; index++)
        {
            destination[index] = BFloat16.ToSingle(values[index]);
        }
    }

    /// <inheritdoc />
    protected override void ReadRawRowsCore(int firstRow, int rowCount, Span<byte> destination) =>
        new Noise((ulong)firstRow + 1).Fill(destination, Noise.Exponent(Columns));
}
