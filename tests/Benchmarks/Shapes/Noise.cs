using System.Numerics;
using System.Runtime.InteropServices;

namespace Slerp.Benchmarks.Shapes;

/// <summary>Fast random BF16 weights: a random sign and mantissa at one exponent. Speed does not depend on what weights say.</summary>
internal struct Noise(ulong seed)
{
    private const ushort SignAndMantissa = 0x807F;

    private ulong _state = (seed * 0x9E3779B97F4A7C15) | 1;

    /// <summary>Fills with values of magnitude [2^exponent, 2^(exponent + 1)).</summary>
    public void Fill(Span<byte> destination, int exponent)
    {
        var bits = (ushort)((127 + exponent) << 7);
        var values = MemoryMarshal.Cast<byte, ushort>(destination);
        for (var index = 0; index < values.Length; index += 4)
        {
            var random = Next();
            for (var lane = index; lane < Math.Min(index + 4, values.Length); lane++, random >>= 16)
            {
                values[lane] = (ushort)((random & SignAndMantissa) | bits);
            }
        }
    }

    /// <summary>Fills with numbers of that magnitude.</summary>
    public void Fill(Span<float> destination, float magnitude)
    {
        foreach (ref var value in destination)
        {
            value = magnitude * (((Next() >> 40) / (float)(1 << 23)) - 1);
        }
    }

    /// <summary>The exponent that keeps a product over so many inputs near the size of its input.</summary>
    public static int Exponent(int inputs) => -((BitOperations.Log2((uint)inputs) / 2) + 1);

    private ulong Next()
    {
        // Marsaglia 2003, xorshift64.
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return _state;
    }
}
