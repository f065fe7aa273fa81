using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>How a panel of integer weights is read: its scales, then two groups of k for each of two vectors of columns.</summary>
internal unsafe interface IGroupWeights<TSums, TVector>
    where TSums : unmanaged
    where TVector : unmanaged
{
    /// <summary>One vector's scales over one block.</summary>
    /// <param name="bases">The columns' bases.</param>
    /// <param name="codes">The codes of the block.</param>
    static abstract TVector Scales(float* bases, byte* codes);

    /// <summary>Bytes of two groups of both vectors.</summary>
    static abstract int PairBytes { get; }

    /// <summary>Where the second vector's first group lies.</summary>
    static abstract int SecondVector { get; }

    /// <summary>Reads two successive groups of one vector.</summary>
    static abstract void Load(byte* w, out TSums first, out TSums second);
}

/// <summary>8 bits a weight: [group][2 vectors][columns][Group bytes].</summary>
internal readonly unsafe struct ByteGroups<TDot, TSums, TLanes, TVector> : IGroupWeights<TSums, TVector>
    where TDot : struct, IDotLanes<TSums, TVector>
    where TSums : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    public static int PairBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TDot.Count * TDot.Group * 4;
    }

    public static int SecondVector
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TDot.Count * TDot.Group;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scales(float* bases, byte* codes) => TLanes.AddToBits(TLanes.Load(bases), codes, ScaleCode.Shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* w, out TSums first, out TSums second)
    {
        first = TDot.LoadBytes(w);
        second = TDot.LoadBytes(w + (TDot.Count * TDot.Group * 2));
    }
}

/// <summary>4 bits a weight: [pair of groups][2 vectors][columns][Group bytes], the first group in the low halves.</summary>
internal readonly unsafe struct NibbleGroups<TDot, TSums, TLanes, TVector> : IGroupWeights<TSums, TVector>
    where TDot : struct, IDotLanes<TSums, TVector>
    where TSums : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    public static int PairBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TDot.Count * TDot.Group * 2;
    }

    public static int SecondVector
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TDot.Count * TDot.Group;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scales(float* bases, byte* codes) => TLanes.AddSignedToBits(TLanes.Load(bases), codes, ScaleCode.Shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* w, out TSums first, out TSums second) => TDot.LoadNibbles(w, out first, out second);
}
