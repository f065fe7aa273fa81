using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>A base weight with a low-rank update, merged as rows are read.</summary>
/// <remarks>
/// <para>Formula: row i of W + scale · B·A = W[i] + Σ_k (scale · B[i, k]) · A[k].</para>
/// <para>Shapes: W [out, in], A [r, in], B [out, r]. Units: none.</para>
/// <para>Accuracy: binary32 throughout; a row's bits do not depend on the range it is read in.</para>
/// <para>Source: Hu et al. 2021, arXiv 2106.09685. Thread-safety: concurrent reads allowed.</para>
/// </remarks>
internal sealed class LoraTensor : WeightTensor
{
    private readonly WeightTensor weight;
    private readonly float[] a;
    private readonly float[] b;
    private readonly int rank;

    /// <summary>Reads the two factors.</summary>
    /// <param name="weight">W.</param>
    /// <param name="a">A, [rank, in].</param>
    /// <param name="b">B, [out, rank].</param>
    /// <param name="scale">What multiplies the product.</param>
    public LoraTensor(WeightTensor weight, WeightTensor a, WeightTensor b, double scale)
        : base(weight.Name, WeightDType.F32, weight.Shape)
    {
        this.weight = weight;
        rank = a.Rows;
        this.a = ReadAll(a);
        this.b = ReadAll(b);
        TensorPrimitives.Multiply(this.b, (float)scale, this.b);
    }

    protected override void ReadRowsCore(int firstRow, int rowCount, Span<float> destination)
    {
        weight.ReadRows(firstRow, rowCount, destination);
        for (var i = 0; i < rowCount; i++)
        {
            var row = destination.Slice(i * Columns, Columns);
            var factors = b.AsSpan((firstRow + i) * rank, rank);
            for (var k = 0; k < rank; k++)
            {
                TensorPrimitives.MultiplyAdd(a.AsSpan(k * Columns, Columns), factors[k], row, row);
            }
        }
    }

    protected override void ReadRawRowsCore(int firstRow, int rowCount, Span<byte> destination)
    {
        ReadRowsCore(firstRow, rowCount, MemoryMarshal.Cast<byte, float>(destination));
        if (!BitConverter.IsLittleEndian)
        {
            var words = MemoryMarshal.Cast<byte, uint>(destination);
            BinaryPrimitives.ReverseEndianness(words, words);
        }
    }

    private static float[] ReadAll(WeightTensor tensor)
    {
        var values = new float[tensor.Count];
        tensor.ReadRows(0, tensor.Rows, values);
        return values;
    }
}
