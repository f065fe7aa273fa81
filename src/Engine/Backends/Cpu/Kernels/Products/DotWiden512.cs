using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>AVX-512 without the 256-bit dot product: weights widened to 16 bits, two at a time.</summary>
internal readonly unsafe struct DotWiden512 : IDotLanes<Vector512<int>, Vector512<float>>
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    public static int Group
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    public static int TileRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 6;
    }

    public static int WeightOffset
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Broadcast(int value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LoadBytes(byte* w) => Avx512BW.ConvertToVector512Int16(Vector256.Load((sbyte*)w)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadNibbles(byte* w, out Vector512<int> low, out Vector512<int> high)
    {
        var both = Avx512BW.ConvertToVector512Int16(Vector256.Load(w));
        low = (both & Vector512.Create((short)0x0F)).AsInt32();
        high = (both >>> 4).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Accumulate(Vector512<int> sums, Vector512<int> w, Vector512<int> x) =>
        sums + Avx512BW.MultiplyAddAdjacent(w.AsInt16(), x.AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Add(Vector512<int> a, Vector512<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ToFloat(Vector512<int> sums) => Avx512F.ConvertToVector512Single(sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Quantize(float* x, float inverse, byte* destination)
    {
        var first = Avx512F.ConvertToVector512Int32(Vector512.Load(x) * inverse);
        var second = Avx512F.ConvertToVector512Int32(Vector512.Load(x + 16) * inverse);
        Avx512F.ConvertToVector256Int16WithSaturation(first).Store((short*)destination);
        Avx512F.ConvertToVector256Int16WithSaturation(second).Store((short*)destination + 16);
        return Vector512.Sum(first + second);
    }
}
