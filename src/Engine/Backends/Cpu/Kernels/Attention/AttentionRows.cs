namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>A worker's scratch for the rows of one unit.</summary>
internal readonly unsafe struct AttentionRows
{
    /// <summary>Floats between rows of scores: 64 keys, padded off a power of two.</summary>
    public const int ScoreStride = KvStore.PageRows + CpuTensor.StridePadding;

    private readonly float* _queries;
    private readonly float* _scores;
    private readonly float* _blockSums;
    private readonly float* _sums;

    /// <summary>Divides scratch memory.</summary>
    public AttentionRows(byte* scratch, in KvLayout layout)
    {
        QueryStride = QueryStrideOf(layout.HeadSize);
        ValueWidth = layout.ValuePanels * layout.PanelWidth;
        ValueStride = QueryStrideOf(ValueWidth);
        var next = (float*)scratch;
        _queries = next;
        next += AttentionUnit.Rows * QueryStride;
        _scores = next;
        next += AttentionUnit.Rows * ScoreStride;
        _blockSums = next;
        next += AttentionUnit.Rows * ValueStride;
        _sums = next;
        next += AttentionUnit.Rows * ValueStride;
        PageScores = next;
        next += KvStore.PageRows;
        Largest = next;
        next += AttentionUnit.Rows;
        Weight = next;
        next += AttentionUnit.Rows;
        BlockLargest = next;
        next += AttentionUnit.Rows;
        BlockWeight = next;
        next += AttentionUnit.Rows;
        SeenBegin = (int*)next;
        SeenEnd = SeenBegin + AttentionUnit.Rows;
        StraightEnd = SeenEnd + AttentionUnit.Rows;
        Places = StraightEnd + AttentionUnit.Rows;
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

    /// <summary>Running weight L of each row.</summary>
    public float* Weight { get; }

    /// <summary>Maximum m of the current block.</summary>
    public float* BlockLargest { get; }

    /// <summary>Weight l of the current block; 0 where a row sees nothing of it.</summary>
    public float* BlockWeight { get; }

    /// <summary>Scores of one page by place.</summary>
    public float* PageScores { get; }

    /// <summary>Place of each logical index of the current block.</summary>
    public int* Places { get; }

    /// <summary>Bytes for a head size.</summary>
    public static int BytesOf(in KvLayout layout)
    {
        var perRow = QueryStrideOf(layout.HeadSize) + ScoreStride + (2 * QueryStrideOf(layout.ValuePanels * layout.PanelWidth)) + 7;
        return ((AttentionUnit.Rows * perRow) + (2 * KvStore.PageRows)) * sizeof(float);
    }

    public float* Query(int index) => _queries + (index * QueryStride);

    public float* Scores(int index) => _scores + (index * ScoreStride);

    public float* BlockSum(int index) => _blockSums + (index * ValueStride);

    public float* Sum(int index) => _sums + (index * ValueStride);

    /// <summary>What a row sees of a block, counted from its beginning; empty where from ≥ to.</summary>
    public (int From, int To) SeenIn(int block, int index)
    {
        var begin = block * KvStore.PageRows;
        return (Math.Max(SeenBegin[index] - begin, 0), Math.Min(SeenEnd[index] - begin, KvStore.PageRows));
    }

    /// <summary>Whether all that a row sees of a block lies at the place of its logical index.</summary>
    public bool IsStraight(int index, int block) =>
        StraightEnd[index] >= Math.Min(SeenEnd[index], (block + 1) * KvStore.PageRows);

    private static int QueryStrideOf(int columns) => ((columns + 15) & ~15) + CpuTensor.StridePadding;
}
