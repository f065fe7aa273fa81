using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Slerp.Engine.Backends;

/// <summary>Rounds binary32 to a stored 16-bit format: the way back of <see cref="WeightWidening"/>.</summary>
/// <remarks>
/// <para>Formula: the nearest element, ties to the even one; beyond the format's range, infinity.</para>
/// <para>Accuracy: half a unit in the last place. Finite values only. Pure and thread-safe.</para>
/// </remarks>
internal static class WeightNarrowing
{
    /// <summary>Rounds to one of the 16-bit formats.</summary>
    /// <param name="format">BF16 or F16.</param>
    /// <param name="source">Finite values.</param>
    /// <param name="destination">Receives as many elements' bits, in the machine's byte order.</param>
    public static void Narrow(WeightDType format, ReadOnlySpan<float> source, Span<ushort> destination)
    {
        if (format == WeightDType.BF16)
        {
            ToBFloat16(source, destination);
        }
        else
        {
            TensorPrimitives.ConvertToHalf(source, MemoryMarshal.Cast<ushort, Half>(destination));
        }
    }

    private static void ToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(source);
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            for (; i <= bits.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
            {
                var low = Rounded(new Vector<uint>(bits[i..]));
                var high = Rounded(new Vector<uint>(bits[(i + Vector<uint>.Count)..]));
                Vector.Narrow(low, high).CopyTo(destination[i..]);
            }
        }

        for (; i < bits.Length; i++)
        {
            destination[i] = (ushort)((bits[i] + 0x7FFF + ((bits[i] >> 16) & 1)) >> 16);
        }
    }

    // Just below half of a unit, and one more where the kept part is odd: carries exactly where the nearest element is the next one.
    private static Vector<uint> Rounded(Vector<uint> bits) =>
        Vector.ShiftRightLogical(bits + new Vector<uint>(0x7FFF) + (Vector.ShiftRightLogical(bits, 16) & Vector<uint>.One), 16);
}
