using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>AVX-VNNI: unsigned weights times signed activations, four at a time, without saturation.</summary>
internal readonly unsafe struct DotVnni : IDotLanes<Vector256<int>, Vector256<float>>
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    public static int Group
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    public static int TileRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    public static int WeightOffset
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 128;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LoadBytes(byte* w) => Vector256.Load((int*)w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadNibbles(byte* w, out Vector256<int> low, out Vector256<int> high)
    {
        var both = Vector256.Load((int*)w);
        var mask = Vector256.Create(0x0F0F0F0F);
        low = both & mask;
        high = (both >>> 4) & mask;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Accumulate(Vector256<int> sums, Vector256<int> w, Vector256<int> x) =>
        AvxVnni.MultiplyWideningAndAdd(sums, w.AsByte(), x.AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToFloat(Vector256<int> sums) => Avx.ConvertToVector256Single(sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Quantize(float* x, float inverse, byte* destination)
    {
        var q = Avx.ConvertToVector256Int32(Vector256.Load(x) * Vector256.Create(inverse));
        var shorts = Vector128.Narrow(q.GetLower(), q.GetUpper());
        var bytes = Vector128.Narrow(shorts, shorts);
        *(long*)destination = bytes.AsInt64()[0];
        return Vector256.Sum(q);
    }
}
