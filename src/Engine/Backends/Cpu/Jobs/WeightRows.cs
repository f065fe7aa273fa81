namespace Slerp.Engine.Backends.Cpu.Jobs;

/// <summary>Weights stacked by rows, read as if they were one. Thread-safe.</summary>
internal sealed class WeightRows(IReadOnlyList<WeightTensor> parts)
{
    /// <summary>Rows of all parts.</summary>
    public int Rows { get; } = parts.Sum(part => part.Rows);

    /// <summary>Whether every part is stored in bfloat16: its raw rows need no rounding.</summary>
    public bool IsBFloat16 { get; } = parts.All(part => part.DType == WeightDType.BF16);

    /// <summary>Reads rows [first, first + count), widened.</summary>
    public void Read(int first, int count, Span<float> destination)
    {
        foreach (var part in parts)
        {
            var rows = RowsIn(part, first, count);
            if (rows > 0)
            {
                part.ReadRows(first, rows, destination[..(rows * part.Columns)]);
                destination = destination[(rows * part.Columns)..];
                first += rows;
                count -= rows;
            }

            first -= part.Rows;
        }
    }

    /// <summary>Reads rows [first, first + count) of 16-bit parts as stored.</summary>
    public void ReadRaw(int first, int count, Span<byte> destination)
    {
        foreach (var part in parts)
        {
            var rows = RowsIn(part, first, count);
            if (rows > 0)
            {
                part.ReadRawRows(first, rows, destination[..(rows * part.Columns * sizeof(ushort))]);
                destination = destination[(rows * part.Columns * sizeof(ushort))..];
                first += rows;
                count -= rows;
            }

            first -= part.Rows;
        }
    }

    private static int RowsIn(WeightTensor part, int first, int count) => first >= 0 && first < part.Rows ? Math.Min(count, part.Rows - first) : 0;
}
