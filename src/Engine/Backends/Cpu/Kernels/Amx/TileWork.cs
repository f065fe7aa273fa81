namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>What a tile routine is asked to do; it reads the fields by their offsets.</summary>
internal unsafe struct TileWork
{
    /// <summary>The first 16 rows of activations, as tiles.</summary>
    public byte* Rows;

    /// <summary>The next 16 rows, where a routine takes 32.</summary>
    public byte* NextRows;

    /// <summary>The panel's weights.</summary>
    public byte* Weights;

    /// <summary>Where the result's first 16 rows go.</summary>
    public float* Result;

    /// <summary>Where the next 16 go.</summary>
    public float* NextResult;

    /// <summary>Bytes between rows of the result.</summary>
    public nint ResultStride;

    /// <summary>Times that the routine's loop runs; at least 1. The routine counts it down.</summary>
    public nint Steps;

    /// <summary>What is prefetched meanwhile.</summary>
    public byte* Ahead;

    /// <summary>Cache lines of it for each step, or each of <see cref="TileRoutines.PartsOfStep"/> parts of one; at least 1.</summary>
    public nint LinesAhead;

    /// <summary>For 8-bit weights: the rows' scales, [blocks][16].</summary>
    public float* Scales;

    /// <summary>For 8-bit weights: the columns' bases of scales, [16].</summary>
    public int* ScaleBases;

    /// <summary>For 8-bit weights: the codes of their scales, [blocks][16]. The routine counts it up.</summary>
    public byte* ScaleCodes;

    /// <summary>For 8-bit weights: 64 bytes, each what storage has added to a weight, negated.</summary>
    public sbyte* Offsets;

    /// <summary>For 8-bit weights: room for the sums of two blocks, at a multiple of their size.</summary>
    public int* Sums;
}
