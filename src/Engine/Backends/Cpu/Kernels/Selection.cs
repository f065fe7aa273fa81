using System.Numerics;
using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels;

/// <summary>The largest values of a row.</summary>
internal static unsafe class Selection<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    // Above so many the chosen blocks no longer fit beside each other on the stack, nor are they few.
    private const int MostChosen = 64;

    /// <summary>The largest lane of two vectors; NaN if any is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(TVector a, TVector b)
    {
        var ordered = TLanes.EqualBits(a, a) & TLanes.EqualBits(b, b);
        return ordered == uint.MaxValue >> (32 - TLanes.Count) ? TLanes.Largest(TLanes.Larger(a, b)) : float.NaN;
    }

    /// <summary>The largest of n values; NaN if any is.</summary>
    public static float Largest(float* x, int n)
    {
        var largest = float.NegativeInfinity;
        for (var index = 0; index < n; index++)
        {
            largest = MathF.Max(largest, x[index]);
        }

        return largest;
    }

    /// <summary>As <see cref="ArgMax(float*, int)"/>, given the largest of each block of x: the first block that holds the maximum holds its lowest index.</summary>
    public static int ArgMax(float* x, float* maxima, int n)
    {
        var block = ArgMax(maxima, BlocksOf(n));
        if (block < 0)
        {
            return -1;
        }

        var begin = block * IComputeBackend.ScoreBlock;
        return begin + IndexOf(x + begin, Math.Min(IComputeBackend.ScoreBlock, n - begin), maxima[block]);
    }

    /// <summary>As <see cref="TopK(float*, int, int, int*, float*)"/>, given the largest of each block of x.</summary>
    /// <remarks>
    /// Only the k blocks with the largest maxima, the earlier first on ties, are looked at: the maxima of these are k values that each go before
    /// whatever another block holds, larger or equal with a lower index.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TopK(float* x, float* maxima, int n, int k, int* indices, float* values)
    {
        var blocks = BlocksOf(n);
        // A NaN hides what else its block holds; and where most blocks would be looked at, one pass is simpler.
        if (k > MostChosen || k * 2 > blocks || ArgMax(maxima, blocks) < 0)
        {
            TopK(x, n, k, indices, values);
            return;
        }

        var chosen = stackalloc int[MostChosen];
        var largest = stackalloc float[MostChosen];
        TopK(maxima, blocks, k, chosen, largest);
        new Span<int>(chosen, k).Sort();
        var size = 0;
        for (var index = 0; index < k; index++)
        {
            var begin = chosen[index] * IComputeBackend.ScoreBlock;
            Collect(x, begin, Math.Min(begin + IComputeBackend.ScoreBlock, n), k, ref size, indices, values);
        }

        Sort(indices, values, size);
    }

    /// <summary>As <see cref="TopK(float*, int, int, int*, float*)"/>, of those parts of x alone that are listed in ascending order; they hold no NaN, and k values or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TopK(float* x, int n, ReadOnlySpan<int> parts, int partSize, int k, int* indices, float* values)
    {
        var size = 0;
        foreach (var part in parts)
        {
            Collect(x, part * partSize, Math.Min((part + 1) * partSize, n), k, ref size, indices, values);
        }

        Sort(indices, values, size);
    }

    /// <summary>Index of the largest value, the lowest on ties; -1 where the row is empty, holds a NaN, or its maximum is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int ArgMax(float* x, int n)
    {
        var lanes = TLanes.Broadcast(float.NegativeInfinity);
        var ordered = uint.MaxValue;
        var at = 0;
        for (; at + TLanes.Count <= n; at += TLanes.Count)
        {
            var values = TLanes.Load(x + at);
            lanes = TLanes.Larger(lanes, values);
            // Only a NaN differs from itself.
            ordered &= TLanes.EqualBits(values, values);
        }

        if (at > 0 && ordered != uint.MaxValue >> (32 - TLanes.Count))
        {
            return -1;
        }

        var largest = TLanes.Largest(lanes);
        for (; at < n; at++)
        {
            largest = MathF.Max(largest, x[at]);
        }

        return float.IsFinite(largest) ? IndexOf(x, n, largest) : -1;
    }

    /// <summary>The k largest in descending order, the lowest index first on ties. NaNs are never chosen: where too few values are left, index -1 with -∞.</summary>
    /// <remarks>Keeps the best k in a heap, the worst at its root; whole vectors that cannot enter are passed over with one comparison.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TopK(float* x, int n, int k, int* indices, float* values)
    {
        var size = 0;
        var at = 0;
        for (; at < n && size < k; at++)
        {
            if (!float.IsNaN(x[at]))
            {
                Rise(indices, values, size++, x[at], at);
            }
        }

        for (; at < n && at % TLanes.Count != 0; at++)
        {
            Offer(x[at], at, k, indices, values);
        }

        for (; at + TLanes.Count <= n; at += TLanes.Count)
        {
            var bits = TLanes.GreaterBits(TLanes.Load(x + at), TLanes.Broadcast(values[0]));
            for (; bits != 0; bits &= bits - 1)
            {
                var index = at + BitOperations.TrailingZeroCount(bits);
                Offer(x[index], index, k, indices, values);
            }
        }

        for (; at < n; at++)
        {
            Offer(x[at], at, k, indices, values);
        }

        for (var index = size; index < k; index++)
        {
            indices[index] = -1;
            values[index] = float.NegativeInfinity;
        }

        Sort(indices, values, size);
    }

    private static int BlocksOf(int n) => (n + IComputeBackend.ScoreBlock - 1) / IComputeBackend.ScoreBlock;

    // Offers x[at .. end), which holds no NaN, to the best k so far.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Collect(float* x, int at, int end, int k, ref int size, int* indices, float* values)
    {
        for (; at < end && size < k; at++)
        {
            Rise(indices, values, size++, x[at], at);
        }

        for (; at < end && at % TLanes.Count != 0; at++)
        {
            Offer(x[at], at, k, indices, values);
        }

        for (; at + TLanes.Count <= end; at += TLanes.Count)
        {
            var bits = TLanes.GreaterBits(TLanes.Load(x + at), TLanes.Broadcast(values[0]));
            for (; bits != 0; bits &= bits - 1)
            {
                var index = at + BitOperations.TrailingZeroCount(bits);
                Offer(x[index], index, k, indices, values);
            }
        }

        for (; at < end; at++)
        {
            Offer(x[at], at, k, indices, values);
        }
    }

    private static int IndexOf(float* x, int n, float value)
    {
        var wanted = TLanes.Broadcast(value);
        var at = 0;
        for (; at + TLanes.Count <= n; at += TLanes.Count)
        {
            var bits = TLanes.EqualBits(TLanes.Load(x + at), wanted);
            if (bits != 0)
            {
                return at + BitOperations.TrailingZeroCount(bits);
            }
        }

        while (x[at] != value)
        {
            at++;
        }

        return at;
    }

    // Later values come with higher indices: an equal one never displaces.
    private static void Offer(float value, int index, int k, int* indices, float* values)
    {
        if (value > values[0])
        {
            Sink(indices, values, k, value, index);
        }
    }

    private static bool IsWorse(float value, int index, float otherValue, int otherIndex) =>
        value < otherValue || (value == otherValue && index > otherIndex);

    private static void Rise(int* indices, float* values, int hole, float value, int index)
    {
        while (hole > 0)
        {
            var parent = (hole - 1) / 2;
            if (!IsWorse(value, index, values[parent], indices[parent]))
            {
                break;
            }

            values[hole] = values[parent];
            indices[hole] = indices[parent];
            hole = parent;
        }

        values[hole] = value;
        indices[hole] = index;
    }

    private static void Sink(int* indices, float* values, int size, float value, int index)
    {
        var hole = 0;
        while ((hole * 2) + 1 < size)
        {
            var child = (hole * 2) + 1;
            if (child + 1 < size && IsWorse(values[child + 1], indices[child + 1], values[child], indices[child]))
            {
                child++;
            }

            if (!IsWorse(values[child], indices[child], value, index))
            {
                break;
            }

            values[hole] = values[child];
            indices[hole] = indices[child];
            hole = child;
        }

        values[hole] = value;
        indices[hole] = index;
    }

    // The worst leaves first and goes to the end.
    private static void Sort(int* indices, float* values, int size)
    {
        for (var last = size - 1; last > 0; last--)
        {
            var (value, index) = (values[last], indices[last]);
            values[last] = values[0];
            indices[last] = indices[0];
            Sink(indices, values, last, value, index);
        }
    }
}
