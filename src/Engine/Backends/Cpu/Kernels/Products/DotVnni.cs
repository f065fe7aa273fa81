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
        get => Avx512F.VL.IsSupported ? 6 : 4;
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
    public static Vector256<int> Add(Vector256<int> a, Vector256<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToFloat(Vector256<int> sums) => Avx.ConvertToVector256Single(sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Quantize(float* x, float inverse, byte* destination)
    {
        var scale = Vector256.Create(inverse);
        Vector256<int> a = Nearest(x, scale), b = Nearest(x + 8, scale), c = Nearest(x + 16, scale), d = Nearest(x + 24, scale);
        // Packing works on each half of a vector: the last step puts the quarters back in order.
        var bytes = Avx2.PackSignedSaturate(Avx2.PackSignedSaturate(a, b), Avx2.PackSignedSaturate(c, d));
        Avx2.PermuteVar8x32(bytes.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).Store((int*)destination);
        return Vector256.Sum(a + b + (c + d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Nearest(float* x, Vector256<float> scale) => Avx.ConvertToVector256Int32(Vector256.Load(x) * scale);
}
