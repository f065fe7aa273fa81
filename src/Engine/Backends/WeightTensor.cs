namespace Slerp.Engine.Backends;

/// <summary>A named weight of a checkpoint, read by rows: what a backend packs from. Vectors are one row.</summary>
/// <remarks>Thread-safe: a backend packs with all its threads.</remarks>
internal abstract class WeightTensor(string name, int rows, int columns, WeightDType dtype)
{
    /// <summary>The name in the checkpoint, for messages.</summary>
    public string Name { get; } = name;

    /// <summary>Rows; 1 for a vector.</summary>
    public int Rows { get; } = rows;

    /// <summary>Columns.</summary>
    public int Columns { get; } = columns;

    /// <summary>Stored element type.</summary>
    public WeightDType DType { get; } = dtype;

    /// <summary>Reads rows, widened to 32 bits, row-major.</summary>
    /// <exception cref="CheckpointException">The file can no longer be read as it was.</exception>
    public abstract void ReadRows(int firstRow, int rowCount, Span<float> destination);

    /// <summary>Reads rows as stored: rowCount × columns × element size bytes, little-endian.</summary>
    /// <exception cref="CheckpointException">The file can no longer be read as it was.</exception>
    public abstract void ReadRawRows(int firstRow, int rowCount, Span<byte> destination);
}
