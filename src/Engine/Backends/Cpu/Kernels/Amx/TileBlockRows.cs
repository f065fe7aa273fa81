using Slerp.Engine.Backends.Cpu.Kernels.Attention;

namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>Scratch of <see cref="TileBlocks"/> behind that of <see cref="AttentionRows"/>.</summary>
internal readonly unsafe struct TileBlockRows
{
    private const int Rows = AttentionUnit.Rows;
    private const int Alignment = 64;

    private readonly int* _places;

    /// <summary>Divides the scratch.</summary>
    public TileBlockRows(byte* scratch, in KvLayout layout)
    {
        var next = (byte*)(((nint)scratch + Alignment - 1) & -Alignment);
        Queries = new HalvedRows(Take(ref next, HalvedRows.BytesOf(Rows, layout.HeadSize)), layout.HeadSize);
        Weights = new HalvedRows(Take(ref next, HalvedRows.BytesOf(Rows, KvStore.PageRows)), KvStore.PageRows);
        Values = Take(ref next, ValueBytes(layout));
        Scores = (float*)Take(ref next, ScoreBytes);
        Sums = (float*)Take(ref next, SumBytes(layout));
        _places = (int*)next;
    }

    /// <summary>The unit's scaled queries.</summary>
    public HalvedRows Queries { get; }

    /// <summary>Weights of the current block.</summary>
    public HalvedRows Weights { get; }

    /// <summary>A block of values, as a page keeps them, with zeros for what is not seen.</summary>
    public byte* Values { get; }

    /// <summary>Scores of all rows with one page by place, <see cref="AttentionRows.ScoreStride"/> apart.</summary>
    public float* Scores { get; }

    /// <summary>Weighted sums of 16 rows, of which some are wanted.</summary>
    public float* Sums { get; }

    /// <summary>Bytes of all this.</summary>
    public static long BytesOf(in KvLayout layout) =>
        Alignment + HalvedRows.BytesOf(Rows, layout.HeadSize) + HalvedRows.BytesOf(Rows, KvStore.PageRows) + ValueBytes(layout) + ScoreBytes + SumBytes(layout)
        + (Rows * KvStore.PageRows * sizeof(int));

    /// <summary>Places of the keys of a row's current block, in logical order.</summary>
    public int* Places(int index) => _places + (index * KvStore.PageRows);

    private const long ScoreBytes = Rows * AttentionRows.ScoreStride * sizeof(float);

    private static long ValueBytes(in KvLayout layout) => layout.ValuePanels * layout.ValuePanelBytes;

    private static long SumBytes(in KvLayout layout) => (long)TileUnit.Rows * layout.ValuePanels * layout.PanelWidth * sizeof(float);

    private static byte* Take(ref byte* next, long bytes)
    {
        var taken = next;
        next += bytes;
        return taken;
    }
}
