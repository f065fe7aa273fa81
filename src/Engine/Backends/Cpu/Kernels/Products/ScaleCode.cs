using System.Runtime.CompilerServices;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>Scales of 8-bit weights in a byte each: a row's scales lie close together, so each is kept as its distance from a base that the row's blocks share.</summary>
/// <remarks>
/// <para>Formula: bits(scale) = base + code · 2^18, in the bits of a 32-bit float: steps of 1/32 to 1/64 of a scale, over eight octaves. The row's largest scale is
/// kept exactly, the others are rounded up, so that no weight leaves [-127, 127]; one more than eight octaves below the largest is kept as the smallest there is.</para>
/// <para>A row of zeros has base 0; a NaN makes all of its row's scales NaN.</para>
/// </remarks>
internal static class ScaleCode
{
    /// <summary>Bits of a float's pattern between two codes.</summary>
    public const int Shift = 18;

    private const int Highest = byte.MaxValue;
    private const int NotANumber = 0x7FC00000;

    /// <summary>The base of a row whose largest scale is <paramref name="largest"/>, which is at least 0 or NaN.</summary>
    public static int BaseOf(float largest) => BaseOf(largest, Highest << Shift);

    /// <summary>The base from which codes reach the row's largest scale in <paramref name="distance"/> of a float's pattern.</summary>
    public static int BaseOf(float largest, int distance) =>
        float.IsNaN(largest) ? NotANumber : Math.Max(BitConverter.SingleToInt32Bits(largest) - distance, 0);

    /// <summary>The code of the smallest scale that is not below <paramref name="scale"/>.</summary>
    public static byte Of(float scale, int rowBase) =>
        rowBase == NotANumber ? (byte)0 : (byte)Math.Max((BitConverter.SingleToInt32Bits(scale) - rowBase + (1 << Shift) - 1) >> Shift, 0);

    /// <summary>The scale that a code stands for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(byte code, int rowBase) => BitConverter.Int32BitsToSingle(rowBase + (code << Shift));
}
