namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>Exact sums of products of 8-bit integers, a group of k at a time, for one vector of columns.</summary>
/// <typeparam name="TSums">A vector of 32-bit sums, one for each column.</typeparam>
/// <typeparam name="TVector">The vector of as many floats.</typeparam>
internal unsafe interface IDotLanes<TSums, TVector>
    where TSums : unmanaged
    where TVector : unmanaged
{
    /// <summary>Columns of a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Steps of k in a group; a group of activations is 4 bytes whatever its size: 4 bytes or 2 shorts.</summary>
    static abstract int Group { get; }

    /// <summary>Rows of x that a tile handles with accumulators in registers; at most 6.</summary>
    static abstract int TileRows { get; }

    /// <summary>What is added to an 8-bit weight when stored; its part of each sum is taken off again.</summary>
    static abstract int WeightOffset { get; }

    static abstract TSums Broadcast(int value);

    /// <summary>Reads Count groups of weights of 8 bits.</summary>
    static abstract TSums LoadBytes(byte* w);

    /// <summary>Reads Count × 2 groups of weights of 4 bits: the low halves are one group, the high halves the next.</summary>
    static abstract void LoadNibbles(byte* w, out TSums low, out TSums high);

    /// <summary>sums + Σ over the group of w · x.</summary>
    static abstract TSums Accumulate(TSums sums, TSums w, TSums x);

    static abstract TSums Add(TSums a, TSums b);

    static abstract TVector ToFloat(TSums sums);

    /// <summary>Writes round(x · inverse) of 32 values as activations; returns their sum.</summary>
    static abstract int Quantize(float* x, float inverse, byte* destination);
}
