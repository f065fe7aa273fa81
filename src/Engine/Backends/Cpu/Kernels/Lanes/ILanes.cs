using System.Diagnostics.CodeAnalysis;

namespace Slerp.Engine.Backends.Cpu.Kernels.Lanes;

/// <summary>A vector of 32-bit floats of one width, and all that kernels do with it: kernels are written once and compiled for each width.</summary>
/// <typeparam name="TVector">The vector: Vector512, Vector256, Vector128 or a lone float.</typeparam>
internal unsafe interface ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Rows of x that a tile of two vectors handles with accumulators in registers; at most 12.</summary>
    static abstract int TileRows { get; }

    static abstract TVector Broadcast(float value);

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* destination);

    /// <summary>The low 16 bits of each lane as bfloat16, widened.</summary>
    static abstract TVector LowHalves(TVector pairs);

    /// <summary>The high 16 bits of each lane as bfloat16, widened.</summary>
    static abstract TVector HighHalves(TVector pairs);

    /// <summary>Adds to each lane's bits, taken as an integer, an unsigned byte of memory moved up by <paramref name="shift"/>.</summary>
    static abstract TVector AddToBits(TVector bits, byte* source, [ConstantExpected] int shift);

    /// <summary>The same with the lowest seven bits of the byte; its highest becomes the lane's sign.</summary>
    static abstract TVector AddSignedToBits(TVector bits, byte* source, [ConstantExpected] int shift);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a·b + c: rounded once where the machine can, the same way everywhere on one machine.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>The larger; either if one is NaN.</summary>
    static abstract TVector Larger(TVector a, TVector b);

    /// <summary>The larger of a and |b|, for a ≥ 0 or NaN; NaN if either is.</summary>
    static abstract TVector MaxMagnitude(TVector a, TVector b);

    /// <summary>Nearest integers, ties to even.</summary>
    static abstract TVector Round(TVector a);

    /// <summary>value·2^n for integral n ≥ -126; infinite where that overflows, unspecified for lower n.</summary>
    static abstract TVector ScaleByPowerOfTwo(TVector value, TVector n);

    /// <summary>value, with 0 where x &lt; limit.</summary>
    static abstract TVector ZeroWhereLess(TVector x, TVector limit, TVector value);

    /// <summary>Largest lane, all ≥ 0; NaN if any is.</summary>
    static abstract float LargestMagnitude(TVector a);

    /// <summary>Sum of the lanes in a fixed order.</summary>
    static abstract float Sum(TVector a);

    /// <summary>Largest lane; any where one is NaN.</summary>
    static abstract float Largest(TVector a);

    /// <summary>Bit i set where lane i of a equals that of b.</summary>
    static abstract uint EqualBits(TVector a, TVector b);

    /// <summary>Bit i set where lane i of a is greater than that of b.</summary>
    static abstract uint GreaterBits(TVector a, TVector b);

    /// <summary>Asks for a cache line that will be read soon.</summary>
    static abstract void Prefetch(byte* address);
}
