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
        var first = Avx2.PackSignedSaturate(Nearest(x, scale), Nearest(x + 8, scale));
        var second = Avx2.PackSignedSaturate(Nearest(x + 16, scale), Nearest(x + 24, scale));
        // Packing works on each half of a vector: the last step puts the quarters back in order.
        var bytes = Avx2.PermuteVar8x32(Avx2.PackSignedSaturate(first, second).AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7));
        bytes.Store((int*)destination);
        // Of the bytes, as they are multiplied: where x is infinite, they are not what was rounded. Without AVX-VNNI, which other kernels of these panels do not have.
        var pairs = Avx2.MultiplyAddAdjacent(Vector256.Create((byte)1), bytes.AsSByte());
        return Vector256.Sum(Avx2.MultiplyAddAdjacent(pairs, Vector256.Create((short)1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Nearest(float* x, Vector256<float> scale) => Avx.ConvertToVector256Int32(Vector256.Load(x) * scale);
}
