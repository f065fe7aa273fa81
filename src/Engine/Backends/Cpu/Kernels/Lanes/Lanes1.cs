using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Slerp.Engine.Backends.Cpu.Kernels.Lanes;

/// <summary>One float: the kernels as plain scalar code, for machines without vectors.</summary>
internal readonly unsafe struct Lanes1 : ILanes<float>
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    public static int TileRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Broadcast(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(float* source) => *source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float value, float* destination) => *destination = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LowHalves(float pairs) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(pairs) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float HighHalves(float pairs) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(pairs) & 0xFFFF0000u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float AddToBits(float bits, byte* source, [ConstantExpected] int shift) =>
        BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(bits) + (*source << shift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float AddSignedToBits(float bits, byte* source, [ConstantExpected] int shift) =>
        BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(bits) + ((*source & 127) << shift)) | (*source >> 7 << 31));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float a, float b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Subtract(float a, float b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Multiply(float a, float b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Divide(float a, float b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float a, float b, float c) => float.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Larger(float a, float b) => a > b ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxMagnitude(float a, float b) => MathF.Max(a, MathF.Abs(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Round(float a) => MathF.Round(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ScaleByPowerOfTwo(float value, float n) => value * BitConverter.Int32BitsToSingle(((int)Math.Min(n, 128f) + 127) << 23);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ZeroWhereLess(float x, float limit, float value) => x < limit ? 0 : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(float a) => a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(float a) => a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LargestMagnitude(float a) => a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint EqualBits(float a, float b) => a == b ? 1u : 0u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint GreaterBits(float a, float b) => a > b ? 1u : 0u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* address)
    {
    }
}
