using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>How a panel of two vectors of columns is read, two steps of k at a time.</summary>
internal unsafe interface IPairWeights<TVector>
    where TVector : unmanaged
{
    /// <summary>Bytes of two steps of k.</summary>
    static abstract int PairBytes { get; }

    /// <summary>Reads step k of both vectors (a0, a1) and step k + 1 (b0, b1).</summary>
    static abstract void Load(byte* w, out TVector a0, out TVector a1, out TVector b0, out TVector b1);

    /// <summary>Reads one step only, where it is the last.</summary>
    static abstract void LoadLast(byte* w, out TVector a0, out TVector a1);
}

/// <summary>32-bit panels: [k][2 vectors].</summary>
internal readonly unsafe struct Float32Pairs<TLanes, TVector> : IPairWeights<TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    public static int PairBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Count * 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* w, out TVector a0, out TVector a1, out TVector b0, out TVector b1)
    {
        a0 = TLanes.Load((float*)w);
        a1 = TLanes.Load((float*)w + TLanes.Count);
        b0 = TLanes.Load((float*)w + (TLanes.Count * 2));
        b1 = TLanes.Load((float*)w + (TLanes.Count * 3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadLast(byte* w, out TVector a0, out TVector a1)
    {
        a0 = TLanes.Load((float*)w);
        a1 = TLanes.Load((float*)w + TLanes.Count);
    }
}

/// <summary>16-bit panels: [k / 2][2 vectors of (k, k + 1) pairs]; widening is a shift or a mask.</summary>
internal readonly unsafe struct BFloat16Pairs<TLanes, TVector> : IPairWeights<TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    public static int PairBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Count * 8;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* w, out TVector a0, out TVector a1, out TVector b0, out TVector b1)
    {
        var first = TLanes.Load((float*)w);
        var second = TLanes.Load((float*)w + TLanes.Count);
        a0 = TLanes.LowHalves(first);
        a1 = TLanes.LowHalves(second);
        b0 = TLanes.HighHalves(first);
        b1 = TLanes.HighHalves(second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadLast(byte* w, out TVector a0, out TVector a1)
    {
        a0 = TLanes.LowHalves(TLanes.Load((float*)w));
        a1 = TLanes.LowHalves(TLanes.Load((float*)w + TLanes.Count));
    }
}
