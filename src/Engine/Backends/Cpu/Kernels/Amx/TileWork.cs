namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>What a tile routine is asked to do; it reads the fields by their offsets.</summary>
internal unsafe struct TileWork
{
    /// <summary>The first 16 rows of activations, as tiles.</summary>
    public byte* Rows;

    /// <summary>The next 16 rows, for a routine of two row tiles.</summary>
    public byte* NextRows;

    /// <summary>The weights of the first step of k.</summary>
    public byte* Weights;

    /// <summary>Where sums go.</summary>
    public void* Sums;

    /// <summary>Where the next rows' sums go.</summary>
    public void* NextSums;

    /// <summary>Bytes between rows of sums.</summary>
    public nint SumsStride;

    /// <summary>Steps of k; at least 1.</summary>
    public nint Steps;

    /// <summary>What is prefetched meanwhile.</summary>
    public byte* Ahead;

    /// <summary>Cache lines of it for each step; at least 1.</summary>
    public nint LinesAhead;
}
