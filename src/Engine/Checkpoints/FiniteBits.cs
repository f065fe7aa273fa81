using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>Finds what is not finite among stored elements, without widening them.</summary>
/// <remarks>
/// <para>Formula: an element is an infinity or a NaN where all bits of its exponent are set: (bits AND mask) = mask.</para>
/// <para>Accuracy: exact. The bytes are little-endian whatever the machine is. Pure and thread-safe.</para>
/// </remarks>
internal static class FiniteBits
{
    private const ushort BrainExponent = 0x7f80;
    private const ushort HalfExponent = 0x7c00;
    private const uint SingleExponent = 0x7f80_0000;

    /// <summary>The index of the first element that is not finite, or -1.</summary>
    /// <param name="raw">Little-endian elements.</param>
    /// <param name="dtype">What they are.</param>
    public static int IndexOfFault(ReadOnlySpan<byte> raw, WeightDType dtype) => dtype switch
    {
        WeightDType.F32 => IndexOfAllSet(MemoryMarshal.Cast<byte, uint>(raw), Little(SingleExponent)),
        WeightDType.BF16 => IndexOfAllSet(MemoryMarshal.Cast<byte, ushort>(raw), Little(BrainExponent)),
        _ => IndexOfAllSet(MemoryMarshal.Cast<byte, ushort>(raw), Little(HalfExponent)),
    };

    /// <summary>The value of one element.</summary>
    public static float ValueAt(ReadOnlySpan<byte> raw, int index, WeightDType dtype) => dtype switch
    {
        WeightDType.F32 => BinaryPrimitives.ReadSingleLittleEndian(raw[(index * sizeof(float))..]),
        WeightDType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(raw[(index * sizeof(ushort))..]) << 16),
        _ => (float)BinaryPrimitives.ReadHalfLittleEndian(raw[(index * sizeof(ushort))..]),
    };

    private static int IndexOfAllSet<T>(ReadOnlySpan<T> elements, T mask)
        where T : unmanaged, IBinaryInteger<T>
    {
        var start = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var masks = new Vector<T>(mask);
            for (; start <= elements.Length - Vector<T>.Count; start += Vector<T>.Count)
            {
                if (Vector.EqualsAny(new Vector<T>(elements[start..]) & masks, masks))
                {
                    break;
                }
            }
        }

        for (; start < elements.Length; start++)
        {
            if ((elements[start] & mask) == mask)
            {
                return start;
            }
        }

        return -1;
    }

    private static ushort Little(ushort value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    private static uint Little(uint value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
}
