using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu.Kernels;
using Slerp.Engine.Checkpoints;

namespace Slerp.Benchmarks.Measuring;

/// <summary>Weights that were read into memory beforehand: what is left to do with them is packing.</summary>
internal sealed class MemoryWeights : IWeightSource
{
    private readonly Dictionary<string, MemoryTensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Reads every tensor of a plan once, as it is stored.</summary>
    public MemoryWeights(string folder, IEnumerable<(string Name, int[] Shape)> plan)
    {
        using var weights = SafetensorsWeights.OpenFolder(folder);
        foreach (var (name, shape) in plan)
        {
            var tensor = weights.Get(name, shape);
            var bytes = new byte[tensor.ByteLength];
            tensor.ReadRawRows(0, tensor.Rows, bytes);
            _tensors.Add(name, new MemoryTensor(name, tensor.DType, [.. shape], bytes));
        }
    }

    /// <inheritdoc />
    public IReadOnlyCollection<string> NeverServed => [];

    /// <inheritdoc />
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <inheritdoc />
    public WeightTensor Get(string name, params ReadOnlySpan<int> shape) => _tensors[name];

    /// <inheritdoc />
    public void Dispose() => _tensors.Clear();

    private sealed class MemoryTensor(string name, WeightDType dtype, ImmutableArray<int> shape, byte[] bytes) : WeightTensor(name, dtype, shape)
    {
        protected override void ReadRowsCore(int firstRow, int rowCount, Span<float> destination)
        {
            var raw = Raw(firstRow, rowCount);
            if (DType == WeightDType.F32)
            {
                raw.CopyTo(MemoryMarshal.AsBytes(destination));
                return;
            }

            var values = MemoryMarshal.Cast<byte, ushort>(raw);
            for (var index = 0; index < values.Length; index++)
            {
                destination[index] = DType == WeightDType.BF16 ? BFloat16.ToSingle(values[index]) : (float)BitConverter.UInt16BitsToHalf(values[index]);
            }
        }

        protected override void ReadRawRowsCore(int firstRow, int rowCount, Span<byte> destination) => Raw(firstRow, rowCount).CopyTo(destination);

        private ReadOnlySpan<byte> Raw(int firstRow, int rowCount)
        {
            var rowBytes = Columns * DType.ElementBytes();
            return bytes.AsSpan(firstRow * rowBytes, rowCount * rowBytes);
        }
    }
}
