using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>128-bit vectors of any machine: weights widened to 16 bits, two at a time.</summary>
internal readonly unsafe struct DotWiden128 : IDotLanes<Vector128<int>, Vector128<float>>
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
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
    public static Vector128<int> Broadcast(int value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LoadBytes(byte* w) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)w).AsSByte()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadNibbles(byte* w, out Vector128<int> low, out Vector128<int> high)
    {
        var both = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)w).AsByte());
        low = (both & Vector128.Create((ushort)0x0F)).AsInt32();
        high = (both >>> 4).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Accumulate(Vector128<int> sums, Vector128<int> w, Vector128<int> x)
    {
        if (Sse2.IsSupported)
        {
            return sums + Sse2.MultiplyAddAdjacent(w.AsInt16(), x.AsInt16());
        }

        if (AdvSimd.Arm64.IsSupported)
        {
            var lower = AdvSimd.MultiplyWideningLower(w.AsInt16().GetLower(), x.AsInt16().GetLower());
            var upper = AdvSimd.MultiplyWideningUpper(w.AsInt16(), x.AsInt16());
            return sums + AdvSimd.Arm64.AddPairwise(lower, upper);
        }

        // The even and odd halves of each pair, sign-extended in place.
        var even = ((w << 16) >> 16) * ((x << 16) >> 16);
        return sums + even + ((w >> 16) * (x >> 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Add(Vector128<int> a, Vector128<int> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ToFloat(Vector128<int> sums) => Vector128.ConvertToSingle(sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Quantize(float* x, float inverse, byte* destination)
    {
        var sum = Vector128<int>.Zero;
        for (var at = 0; at < 32; at += 8)
        {
            var first = Vector128.ConvertToInt32(Vector128.Round(Vector128.Load(x + at) * inverse));
            var second = Vector128.ConvertToInt32(Vector128.Round(Vector128.Load(x + at + 4) * inverse));
            Vector128.Narrow(first, second).Store((short*)destination + at);
            sum += first + second;
        }

        return Vector128.Sum(sum);
    }
}
