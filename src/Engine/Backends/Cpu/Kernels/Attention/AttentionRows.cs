namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>Scratch for the rows of one unit: queries, scores, what the current block gave, and what all blocks so far gave.</summary>
internal readonly unsafe struct AttentionRows
{
    /// <summary>Floats between rows of scores: 64 keys, padded off a power of two.</summary>
    public const int ScoreStride = KvStore.PageRows + CpuTensor.StridePadding;

    /// <summary>Floats of a row's weights: one vector of the widest level. They are summed over lanes at the very end.</summary>
    public const int WeightLanes = 16;

    // Arrays with one value per row are read in whole vectors.
    private const int PaddedRows = AttentionUnit.Rows + WeightLanes;

    private readonly float* _queries;
    private readonly float* _scores;
    private readonly float* _sums;
    private readonly float* _weights;
    private readonly float* _block;

    /// <summary>Divides a worker's scratch.</summary>
    public AttentionRows(byte* scratch, in KvLayout layout)
    {
        ValueWidth = layout.ValuePanels * layout.PanelWidth;
        QueryStride = StrideOf(layout.HeadSize);
        ValueStride = StrideOf(ValueWidth);
        var next = (float*)scratch;
        _queries = Take(ref next, AttentionUnit.Rows * QueryStride);
        _scores = Take(ref next, AttentionUnit.Rows * ScoreStride);
        _sums = Take(ref next, AttentionUnit.Rows * ValueStride);
        _weights = Take(ref next, AttentionUnit.Rows * WeightLanes);
        PageScores = Take(ref next, KvStore.PageRows);
        Largest = Take(ref next, PaddedRows);
        NextLargest = Take(ref next, PaddedRows);
        Keep = Take(ref next, PaddedRows);
        Join = Take(ref next, PaddedRows);
        SeenBegin = (int*)Take(ref next, PaddedRows);
        SeenEnd = (int*)Take(ref next, PaddedRows);
        StraightEnd = (int*)Take(ref next, PaddedRows);
        Places = (int*)Take(ref next, KvStore.PageRows);
        _block = next;
        Rest = scratch + BytesOf(layout);
    }

    private AttentionRows(in AttentionRows other, byte* block)
    {
        this = other;
        _block = (float*)block;
    }

    /// <summary>Floats between rows of queries.</summary>
    public int QueryStride { get; }

    /// <summary>Columns of values, padded to panels.</summary>
    public int ValueWidth { get; }

    /// <summary>Floats between rows of sums.</summary>
    public int ValueStride { get; }

    /// <summary>First logical index each row sees.</summary>
    public int* SeenBegin { get; }

    /// <summary>One past the last.</summary>
    public int* SeenEnd { get; }

    /// <summary>Logical indices below it lie at the place of the same number.</summary>
    public int* StraightEnd { get; }

    /// <summary>Running maximum M of each row.</summary>
    public float* Largest { get; }

    /// <summary>M' of each row, while a block joins.</summary>
    public float* NextLargest { get; }

    /// <summary>e^(M − M') of each row, while a block joins.</summary>
    public float* Keep { get; }

    /// <summary>e^(m − M') of each row, while a block joins.</summary>
    public float* Join { get; }

    /// <summary>Scores of one page by place.</summary>
    public float* PageScores { get; }

    /// <summary>Place of each logical index of the current block.</summary>
    public int* Places { get; }

    /// <summary>The scratch behind all this: what an implementation of blocks needs for itself.</summary>
    public byte* Rest { get; }

    /// <summary>Maximum m of the current block, per row.</summary>
    public float* BlockLargest => _block;

    /// <summary>Bytes of what one block gives.</summary>
    public static long BlockBytesOf(in KvLayout layout) =>
        sizeof(float) * (PaddedRows + (AttentionUnit.Rows * (WeightLanes + StrideOf(layout.ValuePanels * layout.PanelWidth))));

    /// <summary>Bytes of a worker's scratch, but for <see cref="Rest"/>.</summary>
    public static long BytesOf(in KvLayout layout)
    {
        var perRow = StrideOf(layout.HeadSize) + ScoreStride + StrideOf(layout.ValuePanels * layout.PanelWidth) + WeightLanes;
        return (sizeof(float) * ((AttentionUnit.Rows * perRow) + (2 * KvStore.PageRows) + (7 * PaddedRows))) + BlockBytesOf(layout);
    }

    /// <summary>The same scratch, with other memory for what the current block gives.</summary>
    public AttentionRows WithBlock(byte* block) => new(this, block);

    public float* Query(int index) => _queries + (index * QueryStride);

    public float* Scores(int index) => _scores + (index * ScoreStride);

    /// <summary>Running weighted sum A of a row.</summary>
    public float* Sum(int index) => _sums + (index * ValueStride);

    /// <summary>Running weights L of a row, lane by lane.</summary>
    public float* Weights(int index) => _weights + (index * WeightLanes);

    /// <summary>Weights l of the current block.</summary>
    public float* BlockWeights(int index) => _block + PaddedRows + (index * WeightLanes);

    /// <summary>Weighted sum a of the current block.</summary>
    public float* BlockSum(int index) => _block + PaddedRows + (AttentionUnit.Rows * WeightLanes) + (index * ValueStride);

    /// <summary>What a row sees of a block, counted from its beginning; empty where from ≥ to.</summary>
    public (int From, int To) SeenIn(int block, int index)
    {
        var begin = block * KvStore.PageRows;
        return (Math.Max(SeenBegin[index] - begin, 0), Math.Min(SeenEnd[index] - begin, KvStore.PageRows));
    }

    /// <summary>Whether all that a row sees of a block lies at the place of its logical index.</summary>
    public bool IsStraight(int index, int block) =>
        StraightEnd[index] >= Math.Min(SeenEnd[index], (block + 1) * KvStore.PageRows);

    private static int StrideOf(int columns) => ((columns + 15) & ~15) + CpuTensor.StridePadding;

    private static float* Take(ref float* next, int count)
    {
        var taken = next;
        next += count;
        return taken;
    }
}
