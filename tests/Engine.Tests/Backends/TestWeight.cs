using System.Runtime.InteropServices;
using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu.Kernels;

namespace Slerp.Engine.Tests.Backends;

/// <summary>A weight that lives in memory.</summary>
internal sealed class TestWeight(float[] values, int rows, int columns, WeightDType dtype = WeightDType.F32)
    : WeightTensor($"test.{rows}x{columns}", dtype, [rows, columns])
{
    public float[] Values { get; } = dtype == WeightDType.BF16 ? [.. values.Select(v => BFloat16.ToSingle(BFloat16.FromSingle(v)))] : values;

    public static TestWeight Random(int seed, int rows, int columns, WeightDType dtype = WeightDType.F32) =>
        new(Noise.Of(seed, rows * columns), rows, columns, dtype);

    protected override void ReadRowsCore(int firstRow, int rowCount, Span<float> destination) =>
        Values.AsSpan(firstRow * Columns, rowCount * Columns).CopyTo(destination);

    protected override void ReadRawRowsCore(int firstRow, int rowCount, Span<byte> destination)
    {
        var source = Values.AsSpan(firstRow * Columns, rowCount * Columns);
        if (DType == WeightDType.F32)
        {
            MemoryMarshal.AsBytes(source).CopyTo(destination);
            return;
        }

        for (var index = 0; index < source.Length; index++)
        {
            var bits = DType == WeightDType.BF16 ? BFloat16.FromSingle(source[index]) : BitConverter.HalfToUInt16Bits((Half)source[index]);
            BitConverter.TryWriteBytes(destination[(index * 2)..], bits);
        }
    }
}
