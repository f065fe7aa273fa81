using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>How a panel of integer weights is read: its scales, then two groups of k for each of two vectors of columns.</summary>
internal unsafe interface IGroupWeights<TSums, TVector>
    where TSums : unmanaged
    where TVector : unmanaged
{
    /// <summary>The layout.</summary>
    static abstract PanelFormat Format { get; }

    /// <summary>Reads the scales of one vector's columns over one block.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="vector">The first vector or the second: 0 or 1.</param>
    /// <param name="block">The block of k.</param>
    static abstract TVector Scales(byte* panel, int vector, nint block);

    /// <summary>Bytes of two groups of both vectors.</summary>
    static abstract int PairBytes { get; }

    /// <summary>Where the second vector's first group lies.</summary>
    static abstract int SecondVector { get; }

    /// <summary>Reads two successive groups of one vector.</summary>
    static abstract void Load(byte* w, out TSums first, out TSums second);
}

/// <summary>8 bits a weight. Scales: [columns] bases, [blocks][columns] codes. Weights: [group][2 vectors][columns][Group bytes].</summary>
internal readonly unsafe struct ByteGroups<TDot, TSums, TLanes, TVector> : IGroupWeights<TSums, TVector>
    where TDot : struct, IDotLanes<TSums, TVector>
    where TSums : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    public static PanelFormat Format
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PanelFormat.Int8;
    }

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
    public static TVector Scales(byte* panel, int vector, nint block)
    {
        var codes = panel + (TDot.Count * 2 * sizeof(int)) + (((block * 2) + vector) * TDot.Count);
        return TLanes.AddToBits(TLanes.Load((float*)panel + (vector * TDot.Count)), codes, ScaleCode.Shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* w, out TSums first, out TSums second)
    {
        first = TDot.LoadBytes(w);
        second = TDot.LoadBytes(w + (TDot.Count * TDot.Group * 2));
    }
}

/// <summary>4 bits a weight. Scales: [blocks][columns] floats. Weights: [pair of groups][2 vectors][columns][Group bytes], the first group in the low halves.</summary>
internal readonly unsafe struct NibbleGroups<TDot, TSums, TLanes, TVector> : IGroupWeights<TSums, TVector>
    where TDot : struct, IDotLanes<TSums, TVector>
    where TSums : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    public static PanelFormat Format
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PanelFormat.Int4;
    }

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
    public static TVector Scales(byte* panel, int vector, nint block) => TLanes.Load((float*)panel + (((block * 2) + vector) * TDot.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* w, out TSums first, out TSums second) => TDot.LoadNibbles(w, out first, out second);
}
