using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>Softmax over blocks: weights within one, and how one joins those before it.</summary>
/// <remarks>
/// <para>Formula: within a block m = max s, p = e^(s − m), l = Σ p, a = Σ p v. Joining: M' = max(M, m), A' = A e^(M−M') + a e^(m−M'), L' alike.
/// The weights l and L stay spread over the lanes of a vector until the end.</para>
/// <para>Source: Milakov and Gimelshein 2018.</para>
/// </remarks>
internal static unsafe class BlockJoin<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const int Block = KvStore.PageRows;

    /// <summary>Turns a row's scores of a block into weights, exactly 0 for what it does not see; marks a row that sees nothing.</summary>
    public static void Weigh(in AttentionRows rows, int index, int block)
    {
        var (from, to) = rows.SeenIn(block, index);
        if (from < to)
        {
            Softmax(rows, index, from, to);
        }
        else
        {
            Skip(rows, index);
        }
    }

    /// <summary>Turns a row's scores of a block into weights, exactly 0 outside [from, to).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Softmax(in AttentionRows rows, int index, int from, int to)
    {
        var s = rows.Scores(index);
        for (var at = 0; at < from; at++)
        {
            s[at] = float.NegativeInfinity;
        }

        for (var at = to; at < Block; at++)
        {
            s[at] = float.NegativeInfinity;
        }

        var lanes = TLanes.Load(s);
        for (var at = TLanes.Count; at < Block; at += TLanes.Count)
        {
            lanes = TLanes.Larger(lanes, TLanes.Load(s + at));
        }

        var largest = TLanes.Largest(lanes);
        var m = TLanes.Broadcast(largest);
        var l = TLanes.Broadcast(0f);
        for (var at = 0; at < Block; at += TLanes.Count)
        {
            var p = Exponential<TLanes, TVector>.Of(TLanes.Subtract(TLanes.Load(s + at), m));
            TLanes.Store(p, s + at);
            l = TLanes.Add(l, p);
        }

        rows.BlockLargest[index] = largest;
        TLanes.Store(l, rows.BlockWeights(index));
    }

    /// <summary>Marks that a row sees nothing of the block.</summary>
    public static void Skip(in AttentionRows rows, int index)
    {
        rows.BlockLargest[index] = float.NegativeInfinity;
        new Span<float>(rows.Scores(index), Block).Clear();
    }

    /// <summary>Joins the current block to rows [first, first + count); a row that sees nothing of it stays as it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Join(in AttentionRows rows, int first, int count, int block)
    {
        for (var at = first; at < first + count; at += TLanes.Count)
        {
            var before = TLanes.Load(rows.Largest + at);
            var now = TLanes.Load(rows.BlockLargest + at);
            var next = TLanes.Larger(before, now);
            TLanes.Store(next, rows.NextLargest + at);
            TLanes.Store(Exponential<TLanes, TVector>.Of(TLanes.Subtract(before, next)), rows.Keep + at);
            TLanes.Store(Exponential<TLanes, TVector>.Of(TLanes.Subtract(now, next)), rows.Join + at);
        }

        for (var index = first; index < first + count; index++)
        {
            var (from, to) = rows.SeenIn(block, index);
            if (from >= to)
            {
                continue;
            }

            rows.Largest[index] = rows.NextLargest[index];
            var keep = TLanes.Broadcast(rows.Keep[index]);
            var join = TLanes.Broadcast(rows.Join[index]);
            Add(rows.BlockWeights(index), join, rows.Weights(index), keep, TLanes.Count);
            Add(rows.BlockSum(index), join, rows.Sum(index), keep, rows.ValueWidth);
        }
    }

    /// <summary>sums = sums · keep + block · join.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* block, TVector join, float* sums, TVector keep, int count)
    {
        for (var at = 0; at < count; at += TLanes.Count)
        {
            TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(block + at), join, TLanes.Multiply(TLanes.Load(sums + at), keep)), sums + at);
        }
    }
}
