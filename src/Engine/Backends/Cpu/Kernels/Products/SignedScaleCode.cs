using System.Runtime.CompilerServices;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>Scales of 4-bit weights, which may be negative, in a byte each: as <see cref="ScaleCode"/>, with the sign in the highest bit.</summary>
/// <remarks>
/// Formula: bits(|scale|) = base + (code mod 128) · 2^18: steps of 1/32 to 1/64 of a scale, over four octaves. The row's largest is kept exactly, the others are
/// rounded to the nearest: beside the steps of 4 bits it is nothing that a block's largest weight is clipped by 1/64.
/// </remarks>
internal static class SignedScaleCode
{
    /// <summary>The bits of a code that hold its magnitude.</summary>
    public const int Magnitude = sbyte.MaxValue;

    private const int Shift = ScaleCode.Shift;
    private const int SignBit = 7;

    /// <summary>The base of a row whose largest scale by magnitude is <paramref name="largest"/>, which is at least 0 or NaN.</summary>
    public static int BaseOf(float largest) => ScaleCode.BaseOf(largest, Magnitude << Shift);

    /// <summary>The code of the nearest scale.</summary>
    public static byte Of(float scale, int rowBase)
    {
        if (float.IsNaN(BitConverter.Int32BitsToSingle(rowBase)))
        {
            return 0;
        }

        var distance = BitConverter.SingleToInt32Bits(MathF.Abs(scale)) - rowBase;
        var magnitude = Math.Clamp((distance + (1 << (Shift - 1))) >> Shift, 0, Magnitude);
        return (byte)(magnitude | (scale < 0 ? 1 << SignBit : 0));
    }

    /// <summary>The scale that a code stands for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(byte code, int rowBase) => BitConverter.Int32BitsToSingle((rowBase + ((code & Magnitude) << Shift)) | (code >> SignBit << 31));
}
