using System.Runtime.CompilerServices;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>One column: a pair of 16-bit products at a time, in plain integers.</summary>
internal readonly unsafe struct DotScalar : IDotLanes<int, float>
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    public static int Group
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    public static int TileRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    public static int WeightOffset
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Broadcast(int value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LoadBytes(byte* w) => Pair((sbyte)w[0], (sbyte)w[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadNibbles(byte* w, out int low, out int high)
    {
        low = Pair(w[0] & 15, w[1] & 15);
        high = Pair(w[0] >> 4, w[1] >> 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Accumulate(int sums, int w, int x) => sums + ((short)w * (short)x) + ((w >> 16) * (x >> 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Add(int a, int b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToFloat(int sums) => sums;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Quantize(float* x, float inverse, byte* destination)
    {
        var sum = 0;
        for (var at = 0; at < 32; at++)
        {
            var q = (int)MathF.Round(x[at] * inverse);
            ((short*)destination)[at] = (short)q;
            sum += q;
        }

        return sum;
    }

    private static int Pair(int first, int second) => (second << 16) | (ushort)first;
}
