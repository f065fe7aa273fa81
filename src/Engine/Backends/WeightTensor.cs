using System.Collections.Immutable;

namespace Slerp.Engine.Backends;

/// <summary>A named weight that is still where it came from: rows are read on demand, so a backend packs any format without a second copy.</summary>
/// <remarks>
/// <para>Shapes: a tensor [a, b, …, c] is seen as a·b·… rows of c columns; a vector [c] is one row.</para>
/// <para>Thread-safety: all members may be called concurrently. The source that served the tensor must outlive it.</para>
/// </remarks>
internal abstract class WeightTensor
{
    /// <summary>Keeps the byte view of a read below 2^31, whatever the caller asks for.</summary>
    private const int MaxElementsAtOnce = 1 << 26;

    private protected WeightTensor(string name, WeightDType dtype, ImmutableArray<int> shape)
    {
        Name = name;
        DType = dtype;
        Shape = shape;
        Columns = shape[^1];
        Rows = 1;
        foreach (var dimension in shape[..^1])
        {
            Rows = checked(Rows * dimension);
        }
    }

    /// <summary>The tensor's name in the checkpoint.</summary>
    public string Name { get; }

    /// <summary>The format that <see cref="ReadRawRows"/> delivers.</summary>
    public WeightDType DType { get; }

    /// <summary>All dimensions, outermost first.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>The product of all dimensions but the last; 1 for a vector.</summary>
    public int Rows { get; }

    /// <summary>The last dimension.</summary>
    public int Columns { get; }

    /// <summary>The number of elements.</summary>
    public long Count => (long)Rows * Columns;

    /// <summary>The number of bytes of all raw rows.</summary>
    public long ByteLength => Count * DType.ElementBytes();

    /// <summary>Reads rows, widened to binary32 (exact for every format).</summary>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rowCount">How many rows.</param>
    /// <param name="destination">Exactly <paramref name="rowCount"/> × <see cref="Columns"/> elements.</param>
    public void ReadRows(int firstRow, int rowCount, Span<float> destination)
    {
        CheckRange(firstRow, rowCount, destination.Length, 1);
        var rowsAtOnce = Math.Max(1, MaxElementsAtOnce / Math.Max(1, Columns));
        for (var row = 0; row < rowCount; row += rowsAtOnce)
        {
            var rows = Math.Min(rowsAtOnce, rowCount - row);
            ReadRowsCore(firstRow + row, rows, destination.Slice(row * Columns, rows * Columns));
        }
    }

    /// <summary>Reads rows as little-endian elements of <see cref="DType"/>.</summary>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rowCount">How many rows.</param>
    /// <param name="destination">Exactly <paramref name="rowCount"/> × <see cref="Columns"/> elements, in bytes.</param>
    public void ReadRawRows(int firstRow, int rowCount, Span<byte> destination)
    {
        CheckRange(firstRow, rowCount, destination.Length, DType.ElementBytes());
        ReadRawRowsCore(firstRow, rowCount, destination);
    }

    /// <summary>Delivers checked rows, widened.</summary>
    protected abstract void ReadRowsCore(int firstRow, int rowCount, Span<float> destination);

    /// <summary>Delivers checked rows, raw.</summary>
    protected abstract void ReadRawRowsCore(int firstRow, int rowCount, Span<byte> destination);

    private void CheckRange(int firstRow, int rowCount, int length, int unitsPerElement)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        if ((long)firstRow + rowCount > Rows)
        {
            throw new ArgumentOutOfRangeException(
                nameof(rowCount), $"Rows {firstRow} to {(long)firstRow + rowCount} of '{Name}', which has {Rows}.");
        }

        if ((long)rowCount * Columns * unitsPerElement != length)
        {
            throw new ArgumentException(
                $"The destination holds {length} units; {rowCount} rows of '{Name}' need {(long)rowCount * Columns * unitsPerElement}.", nameof(length));
        }
    }
}
