using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>A weight whose rows lie in a safetensors file.</summary>
/// <remarks>The raw elements are read into the far half of the destination and widened forwards: one system call, no second buffer.</remarks>
internal sealed class SafetensorsTensor : WeightTensor
{
    private const int ChunkElements = 2048;

    private readonly SafetensorsFile file;
    private readonly TensorEntry entry;

    public SafetensorsTensor(SafetensorsFile file, TensorEntry entry, WeightDType dtype, ImmutableArray<int> shape)
        : base(entry.Name, dtype, shape)
    {
        this.file = file;
        this.entry = entry;
    }

    protected override void ReadRawRowsCore(int firstRow, int rowCount, Span<byte> destination) =>
        file.ReadBytes(entry, (long)firstRow * Columns * DType.ElementBytes(), destination);

    protected override void ReadRowsCore(int firstRow, int rowCount, Span<float> destination)
    {
        var bytes = MemoryMarshal.AsBytes(destination);
        if (DType == WeightDType.F32)
        {
            ReadRawRowsCore(firstRow, rowCount, bytes);
            if (!BitConverter.IsLittleEndian)
            {
                var words = MemoryMarshal.Cast<float, uint>(destination);
                BinaryPrimitives.ReverseEndianness(words, words);
            }

            return;
        }

        var farHalf = bytes[(bytes.Length / 2)..];
        ReadRawRowsCore(firstRow, rowCount, farHalf);
        Widen(MemoryMarshal.Cast<byte, ushort>(farHalf), destination);
    }

    private void Widen(ReadOnlySpan<ushort> raw, Span<float> destination)
    {
        // Element i of the destination ends at or before raw element i, so a chunk that was copied away may be overwritten.
        Span<ushort> chunk = stackalloc ushort[ChunkElements];
        for (var start = 0; start < raw.Length; start += ChunkElements)
        {
            var count = Math.Min(ChunkElements, raw.Length - start);
            var elements = chunk[..count];
            raw.Slice(start, count).CopyTo(elements);
            if (!BitConverter.IsLittleEndian)
            {
                BinaryPrimitives.ReverseEndianness(elements, elements);
            }

            if (DType == WeightDType.BF16)
            {
                WeightWidening.FromBFloat16(elements, destination.Slice(start, count));
            }
            else
            {
                WeightWidening.FromHalf(elements, destination.Slice(start, count));
            }
        }
    }
}
