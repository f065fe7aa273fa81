using Slerp.Engine.Backends;

namespace Slerp.Benchmarks.Kernels;

/// <summary>A weight of arbitrary values: speed does not depend on them.</summary>
internal sealed class NoiseWeight(int rows, int columns) : WeightTensor("noise", WeightDType.BF16, [rows, columns])
{
    protected override void ReadRowsCore(int firstRow, int rowCount, Span<float> destination)
    {
        for (var index = 0; index < destination.Length; index++)
        {
            destination[index] = (((firstRow + index) * 7919 % 257) - 128) / 1024f;
        }
    }

    protected override void ReadRawRowsCore(int firstRow, int rowCount, Span<byte> destination)
    {
        var values = new float[rowCount * Columns];
        ReadRowsCore(firstRow, rowCount, values);
        for (var index = 0; index < values.Length; index++)
        {
            BitConverter.TryWriteBytes(destination[(index * 2)..], (ushort)(BitConverter.SingleToUInt32Bits(values[index]) >> 16));
        }
    }
}
