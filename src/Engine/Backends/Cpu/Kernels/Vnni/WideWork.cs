namespace Slerp.Engine.Backends.Cpu.Kernels.Vnni;

/// <summary>What a routine of <see cref="WideRoutines"/> is asked to do; it reads the fields by their offsets.</summary>
internal unsafe struct WideWork
{
    /// <summary>The tile's integers, [blocks][rows of a tile][32].</summary>
    public byte* Rows;

    /// <summary>Their scales, [blocks][rows of a tile].</summary>
    public float* Scales;

    /// <summary>Minus what storage has added to the weights, times the sum of a block's integers; in the order of the scales.</summary>
    public int* Corrections;

    /// <summary>The panel's weights: of 8 bits, [blocks][8 groups][16 columns][4]; of 4, [blocks][4 pairs of groups][16 columns][4], the first group in the low halves.</summary>
    public byte* Weights;

    /// <summary>The columns' bases of scales, [16].</summary>
    public int* ScaleBases;

    /// <summary>The codes of their scales, [blocks][16].</summary>
    public byte* ScaleCodes;

    /// <summary>Where the result goes.</summary>
    public float* Result;

    /// <summary>Bytes between rows of the result.</summary>
    public nint ResultStride;

    /// <summary>Blocks of k; at least 1.</summary>
    public nint Blocks;

    /// <summary>What is prefetched meanwhile.</summary>
    public byte* Ahead;

    /// <summary>Bytes of it for each block, where a tile is alone.</summary>
    public nint AheadStep;

    /// <summary>Cache lines of it for each block, where it is not; at least 1.</summary>
    public nint LinesAhead;

    /// <summary>For weights of 4 bits: the low halves of four bytes.</summary>
    public int LowHalves;
}
