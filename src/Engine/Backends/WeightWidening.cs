using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Slerp.Engine.Backends;

/// <summary>Widens stored elements to binary32.</summary>
/// <remarks>
/// <para>Formula: bf16 → bits · 2^16 read as binary32; f16 → the same value, subnormals included.</para>
/// <para>Accuracy: exact. Pure and thread-safe.</para>
/// </remarks>
internal static class WeightWidening
{
    /// <summary>Widens BF16 elements.</summary>
    /// <param name="source">The stored bits, in the machine's byte order.</param>
    /// <param name="destination">As many elements; must not overlap <paramref name="source"/>.</param>
    public static void FromBFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(destination[..source.Length]);
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
            {
                Vector.Widen(new Vector<ushort>(source[i..]), out var low, out var high);
                Vector.ShiftLeft(low, 16).CopyTo(bits[i..]);
                Vector.ShiftLeft(high, 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
            }
        }

        for (; i < source.Length; i++)
        {
            bits[i] = (uint)source[i] << 16;
        }
    }

    /// <summary>Widens F16 elements.</summary>
    /// <param name="source">The stored bits, in the machine's byte order.</param>
    /// <param name="destination">As many elements; must not overlap <paramref name="source"/>.</param>
    public static void FromHalf(ReadOnlySpan<ushort> source, Span<float> destination) =>
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<ushort, Half>(source), destination);
}
