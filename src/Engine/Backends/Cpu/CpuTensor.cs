using Slerp.Engine.Backends.Cpu.Screening;

namespace Slerp.Engine.Backends.Cpu;

/// <summary>Activations in native memory. Rows are 64-byte aligned and padded: kernels may read and write whole vectors past the last column.</summary>
internal sealed unsafe class CpuTensor : Tensor
{
    /// <summary>Columns are padded to whole panels of this many, the widest of any level.</summary>
    public const int ColumnPadding = 32;

    /// <summary>Floats added to each row: a power-of-two stride would send all rows to the same cache sets.</summary>
    public const int StridePadding = 16;

    /// <summary>The first row.</summary>
    public float* Pointer { get; private set; }

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>What is still to be computed of it, where it holds logits.</summary>
    public DeferredScores? Deferred { get; set; }

    /// <summary>Floats between rows of a tensor with so many columns.</summary>
    public static int StrideOf(int columns) => checked(((columns + ColumnPadding - 1) & -ColumnPadding) + StridePadding);

    /// <summary>Row <paramref name="row"/> without its padding.</summary>
    public Span<float> Row(int row) => new(RowPointer(row), Columns);

    /// <summary>First value of row <paramref name="row"/>.</summary>
    public float* RowPointer(int row) => Pointer + ((long)row * Stride);

    /// <summary>Points the handle at memory.</summary>
    public void Assign(float* pointer, int rows, int columns)
    {
        Deferred?.Release();
        Pointer = pointer;
        Rows = rows;
        Columns = columns;
        Stride = StrideOf(columns);
    }
}
