using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>A weight whose rows lie in a safetensors file.</summary>
/// <remarks>
/// <para>The raw elements are read into the far half of the destination and widened forwards: one system call, no second buffer.</para>
/// <para>Widened rows are checked while they are still in the nearest cache: NaN and infinities are refused, a fault that would otherwise show as
/// nonsense text. Raw rows are delivered as they are.</para>
/// </remarks>
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

    /// <exception cref="CheckpointException">A weight is not finite; the message says which and where.</exception>
    protected override void ReadRowsCore(int firstRow, int rowCount, Span<float> destination)
    {
        ReadWidened(firstRow, rowCount, destination);
        if (!TensorPrimitives.IsFiniteAll<float>(destination))
        {
            var at = destination.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
            throw new CheckpointException(
                file.Name,
                $"tensor '{Excerpt.Of(Name)}' holds {destination[at]} in row {firstRow + (at / Columns)}, column {at % Columns}. The weights are damaged; fetch the file again.");
        }
    }

    private void ReadWidened(int firstRow, int rowCount, Span<float> destination)
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
