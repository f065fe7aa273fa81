using System.Collections.Immutable;

namespace Slerp.Engine.Checkpoints;

/// <summary>The arithmetic of a safetensors file: how many bytes a shape needs, and whether the tensors cover the data exactly.</summary>
/// <remarks>Pure. Every product is checked; an overflow is a refusal, never a smaller number.</remarks>
internal static class SafetensorsLayout
{
    /// <summary>The bytes of a tensor.</summary>
    /// <param name="dtype">The element format.</param>
    /// <param name="shape">The dimensions, none negative.</param>
    /// <param name="bytes">The count.</param>
    /// <returns>False where the number of elements passes 2^63 - 1 at any factor, or the bits do not fill whole bytes.</returns>
    public static bool TryCountBytes(TensorDType dtype, ImmutableArray<long> shape, out long bytes)
    {
        bytes = 0;
        UInt128 count = 1;
        foreach (var dimension in shape)
        {
            // Both factors are below 2^63, so the product fits 128 bits; a zero further on must not hide an overflow here.
            count *= (UInt128)dimension;
            if (count > long.MaxValue)
            {
                return false;
            }
        }

        var bits = count * (UInt128)dtype.Bits();
        if (bits % 8 != 0 || bits / 8 > long.MaxValue)
        {
            return false;
        }

        bytes = (long)(bits / 8);
        return true;
    }

    /// <summary>Sorts the tensors by their data and finds the first that leaves a hole or overlaps.</summary>
    /// <param name="entries">The tensors; sorted in place.</param>
    /// <param name="dataStart">Where the data begins in the file.</param>
    /// <param name="end">Where the data of the tensors before the fault, or of all, ends in the file.</param>
    /// <returns>The tensor at fault, or null.</returns>
    public static TensorEntry? FindGap(List<TensorEntry> entries, long dataStart, out long end)
    {
        entries.Sort(static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.ByteLength.CompareTo(b.ByteLength));
        end = dataStart;
        foreach (var entry in entries)
        {
            if (entry.Offset != end)
            {
                return entry;
            }

            end += entry.ByteLength;
        }

        return null;
    }
}
