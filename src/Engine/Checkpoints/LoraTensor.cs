using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>A base weight with a low-rank update, merged as rows are read and kept in the base's format.</summary>
/// <remarks>
/// <para>Formula: row i of W + scale · B·A = W[i] + scale · Σ_k B[i, k] · A[k], rounded to the nearest (even) where W is stored in 16 bits.</para>
/// <para>Shapes: W [out, in], A [r, in], B [out, r]. Units: none. Cost: 2·r·in operations a row.</para>
/// <para>Accuracy: binary32 until the rounding. A row's bits do not depend on the range it is read in, nor on whether it is read raw.</para>
/// <para>Source: Hu et al. 2021, arXiv 2106.09685. Thread-safety: concurrent reads allowed.</para>
/// </remarks>
internal sealed class LoraTensor : WeightTensor
{
    private const int RoundedAtOnce = 1024;

    private const int RawElements = 1 << 16;

    private const int MaxFactorElements = 1 << 30;

    // The largest value that rounds to a finite element: just below the format's largest and half a step.
    private static readonly float LargestHalf = MathF.BitDecrement(65_520);

    private static readonly float LargestBFloat16 = BitConverter.UInt32BitsToSingle(0x7F7F7FFF);

    private readonly string file;
    private readonly WeightTensor weight;
    private readonly LowRankUpdate update;

    /// <summary>Reads the two factors.</summary>
    /// <param name="file">The adapter's file, for messages.</param>
    /// <param name="weight">W.</param>
    /// <param name="a">A, [rank, in].</param>
    /// <param name="b">B, [out, rank].</param>
    /// <param name="scale">What multiplies the product.</param>
    /// <exception cref="CheckpointException">A factor is not finite, or too large.</exception>
    public LoraTensor(string file, WeightTensor weight, WeightTensor a, WeightTensor b, double scale)
        : base(weight.Name, weight.DType, weight.Shape)
    {
        this.file = file;
        this.weight = weight;
        update = new LowRankUpdate(ReadAll(a), ReadAll(b), a.Rows, (float)scale);
    }

    private float Largest => DType switch
    {
        WeightDType.F16 => LargestHalf,
        WeightDType.BF16 => LargestBFloat16,
        _ => float.MaxValue,
    };

    protected override void ReadRowsCore(int firstRow, int rowCount, Span<float> destination)
    {
        Merge(firstRow, rowCount, destination);
        if (DType != WeightDType.F32)
        {
            Round(destination);
        }
    }

    protected override void ReadRawRowsCore(int firstRow, int rowCount, Span<byte> destination)
    {
        var rowsAtOnce = Math.Clamp(RawElements / Columns, 1, Math.Max(1, rowCount));
        var rented = ArrayPool<float>.Shared.Rent(rowsAtOnce * Columns);
        try
        {
            for (var row = 0; row < rowCount; row += rowsAtOnce)
            {
                var values = rented.AsSpan(0, Math.Min(rowsAtOnce, rowCount - row) * Columns);
                Merge(firstRow + row, values.Length / Columns, values);
                Write(values, destination.Slice(row * Columns * DType.ElementBytes(), values.Length * DType.ElementBytes()));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    private void Write(ReadOnlySpan<float> values, Span<byte> destination)
    {
        if (DType == WeightDType.F32)
        {
            MemoryMarshal.AsBytes(values).CopyTo(destination);
            if (!BitConverter.IsLittleEndian)
            {
                var words = MemoryMarshal.Cast<byte, uint>(destination);
                BinaryPrimitives.ReverseEndianness(words, words);
            }

            return;
        }

        var elements = MemoryMarshal.Cast<byte, ushort>(destination);
        WeightNarrowing.Narrow(DType, values, elements);
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(elements, elements);
        }
    }

    private void Round(Span<float> values)
    {
        Span<ushort> rounded = stackalloc ushort[RoundedAtOnce];
        for (var start = 0; start < values.Length; start += RoundedAtOnce)
        {
            var part = values.Slice(start, Math.Min(RoundedAtOnce, values.Length - start));
            WeightNarrowing.Narrow(DType, part, rounded);
            if (DType == WeightDType.BF16)
            {
                WeightWidening.FromBFloat16(rounded[..part.Length], part);
            }
            else
            {
                WeightWidening.FromHalf(rounded[..part.Length], part);
            }
        }
    }

    private void Merge(int firstRow, int rowCount, Span<float> rows)
    {
        weight.ReadRows(firstRow, rowCount, rows);
        update.AddTo(firstRow, rowCount, rows);
        if (!rows.IsEmpty && !(MathF.Abs(TensorPrimitives.MaxMagnitude<float>(rows)) <= Largest))
        {
            var at = rows.IndexOfAnyExceptInRange(-Largest, Largest);
            throw new CheckpointException(
                file,
                $"the update takes '{Name}' out of the range of {DType} in row {firstRow + (at / Columns)}, column {at % Columns}. "
                + "The adapter is damaged, or its lora_alpha is not the one it was trained with.");
        }
    }

    private float[] ReadAll(WeightTensor tensor)
    {
        if (tensor.Count > MaxFactorElements)
        {
            throw new CheckpointException(file, $"tensor '{Excerpt.Of(tensor.Name)}' has {tensor.Count:N0} elements; the limit is {MaxFactorElements:N0}.");
        }

        var values = new float[tensor.Count];
        tensor.ReadRows(0, tensor.Rows, values);
        return values;
    }
}
