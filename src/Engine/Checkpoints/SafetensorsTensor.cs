using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>A weight whose rows lie in a safetensors file.</summary>
/// <remarks>
/// <para>The raw elements are read into the far half of the destination and widened forwards: one system call, no second buffer.</para>
/// <para>Rows are checked while they are still in the nearest cache, raw ones by their exponent bits: NaN and infinities are refused, a fault that
/// would otherwise show as nonsense text.</para>
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

    /// <exception cref="CheckpointException">A weight is not finite; the message says which and where.</exception>
    protected override void ReadRawRowsCore(int firstRow, int rowCount, Span<byte> destination)
    {
        Fill(firstRow, destination);
        if (FiniteBits.IndexOfFault(destination, DType) is >= 0 and var at)
        {
            throw NotFinite(firstRow, at, FiniteBits.ValueAt(destination, at, DType));
        }
    }

    /// <exception cref="CheckpointException">A weight is not finite; the message says which and where.</exception>
    protected override void ReadRowsCore(int firstRow, int rowCount, Span<float> destination)
    {
        ReadWidened(firstRow, destination);
        if (!TensorPrimitives.IsFiniteAll<float>(destination))
        {
            var at = destination.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
            throw NotFinite(firstRow, at, destination[at]);
        }
    }

    private void Fill(int firstRow, Span<byte> destination) => file.ReadBytes(entry, (long)firstRow * Columns * DType.ElementBytes(), destination);

    private CheckpointException NotFinite(int firstRow, int at, float value) => new(
        file.Name,
        $"tensor '{Excerpt.Of(Name)}' holds {value} in row {firstRow + (at / Columns)}, column {at % Columns}. The weights are damaged; fetch the file again.");

    private void ReadWidened(int firstRow, Span<float> destination)
    {
        var bytes = MemoryMarshal.AsBytes(destination);
        if (DType == WeightDType.F32)
        {
            Fill(firstRow, bytes);
            if (!BitConverter.IsLittleEndian)
            {
                var words = MemoryMarshal.Cast<float, uint>(destination);
                BinaryPrimitives.ReverseEndianness(words, words);
            }

            return;
        }

        var farHalf = bytes[(bytes.Length / 2)..];
        Fill(firstRow, farHalf);
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
