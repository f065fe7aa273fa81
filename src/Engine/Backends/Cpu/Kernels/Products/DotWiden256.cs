using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>AVX2: weights widened to 16 bits, two at a time; the 8-bit multiply of AVX2 would saturate.</summary>
internal readonly unsafe struct DotWiden256 : IDotLanes<Vector256<int>, Vector256<float>>
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    public static int Group
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    public static int TileRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 3;
    }

    public static int WeightOffset
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LoadBytes(byte* w) => Avx2.ConvertToVector256Int16(Vector128.Load((sbyte*)w)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadNibbles(byte* w, out Vector256<int> low, out Vector256<int> high)
    {
        var both = Avx2.ConvertToVector256Int16(Vector128.Load(w));
        low = (both & Vector256.Create((short)0x0F)).AsInt32();
        high = (both >>> 4).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Accumulate(Vector256<int> sums, Vector256<int> w, Vector256<int> x) =>
        sums + Avx2.MultiplyAddAdjacent(w.AsInt16(), x.AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> a, Vector256<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToFloat(Vector256<int> sums) => Avx.ConvertToVector256Single(sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Quantize(float* x, float inverse, byte* destination)
    {
        var sum = Vector256<int>.Zero;
        for (var at = 0; at < 32; at += 8)
        {
            var q = Avx.ConvertToVector256Int32(Vector256.Load(x + at) * Vector256.Create(inverse));
            Vector128.Narrow(q.GetLower(), q.GetUpper()).Store((short*)destination + at);
            sum += q;
        }

        return Vector256.Sum(sum);
    }
}
