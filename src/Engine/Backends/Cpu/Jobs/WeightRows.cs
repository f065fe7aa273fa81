namespace Slerp.Engine.Backends.Cpu.Jobs;

/// <summary>Weights stacked by rows, read as if they were one.</summary>
internal sealed class WeightRows(IReadOnlyList<WeightTensor> parts)
{
    /// <summary>Rows of all parts.</summary>
    public int Rows { get; } = parts.Sum(part => part.Rows);

    /// <summary>Reads rows [first, first + count), widened. Thread-safe.</summary>
    public void Read(int first, int count, Span<float> destination)
    {
        foreach (var part in parts)
        {
            if (first < part.Rows && count > 0)
            {
                var rows = Math.Min(count, part.Rows - first);
                part.ReadRows(first, rows, destination[..(rows * part.Columns)]);
                destination = destination[(rows * part.Columns)..];
                first += rows;
                count -= rows;
            }

            first -= part.Rows;
        }
    }
}
