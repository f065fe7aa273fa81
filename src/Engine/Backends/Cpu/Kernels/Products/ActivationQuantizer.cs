using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>Quantises rows of activations to 8 bits, per block of 32 or per row.</summary>
/// <remarks>
/// <para>Formula: m = max |x|; scale = m / 127; q = round(x · (127 / m)), ties to even; all zero where m is at most 1e-35. A NaN makes its block's scale NaN.</para>
/// <para>Elementwise but for the exact maximum and integer sum: the same at every level and for any company of rows.</para>
/// </remarks>
internal static unsafe class ActivationQuantizer<TDot, TSums, TLanes, TVector>
    where TDot : struct, IDotLanes<TSums, TVector>
    where TSums : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const int Piece = 32;

    // Below it 127 / m would overflow; such a block counts as zero.
    private const float SmallestMaximum = 1e-35f;

    /// <summary>Quantises one row.</summary>
    /// <param name="x">The row.</param>
    /// <param name="k">Its width.</param>
    /// <param name="weightOffset">What the weights' storage adds.</param>
    /// <param name="rows">Where the integers go; pointing at this row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row(float* x, int k, int weightOffset, QuantizedRows rows)
    {
        var tail = stackalloc float[Piece];
        var block = rows.GroupsPerBlock * TDot.Group;
        for (var index = 0; index < rows.Blocks; index++)
        {
            var begin = index * block;
            var largest = TLanes.Broadcast(0f);
            for (var at = begin; at < begin + block; at += Piece)
            {
                var piece = Padded(x, k, at, tail);
                for (var lane = 0; lane < Piece; lane += TLanes.Count)
                {
                    largest = TLanes.MaxMagnitude(largest, TLanes.Load(piece + lane));
                }
            }

            var m = TLanes.LargestMagnitude(largest);
            var inverse = m > SmallestMaximum ? 127f / m : 0f;
            var groups = rows.Groups + ((long)index * rows.BlockStride);
            var sum = 0;
            for (var at = begin; at < begin + block; at += Piece)
            {
                sum += TDot.Quantize(Padded(x, k, at, tail), inverse, (byte*)(groups + ((at - begin) / TDot.Group)));
            }

            rows.Scales[index * rows.ScaleStride] = m / 127f;
            rows.Corrections[index * rows.ScaleStride] = -weightOffset * sum;
        }
    }

    /// <summary>32 values from <paramref name="at"/> on, zeros past the row's end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Padded(float* x, int k, int at, float* tail)
    {
        if (at + Piece <= k)
        {
            return x + at;
        }

        for (var index = 0; index < Piece; index++)
        {
            tail[index] = at + index < k ? x[at + index] : 0f;
        }

        return tail;
    }
}
