using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels;

/// <summary>What is done to single rows: normalisation, rotation, interpolation.</summary>
/// <remarks>Reductions run over whole vectors in four chains, then the chains, then the lanes, then what is left of the row: one order for every row.</remarks>
internal static unsafe class RowKernels<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Root-mean-square normalisation.</summary>
    /// <remarks>
    /// <para>Formula: y = x / √(mean(x²) + eps) ⊙ w.</para>
    /// <para>Shapes: x, w, y [n]; x and y may be the same memory.</para>
    /// <para>Accuracy: about 1e-6 relative to the scalar definition.  Source: Zhang and Sennrich 2019.</para>
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RmsNorm(float* x, float* w, int n, float eps, float* y)
    {
        var scale = 1f / MathF.Sqrt((Dot(x, x, n) / n) + eps);
        var scales = TLanes.Broadcast(scale);
        var at = 0;
        for (; at + TLanes.Count <= n; at += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Multiply(TLanes.Load(x + at), scales), TLanes.Load(w + at)), y + at);
        }

        for (; at < n; at++)
        {
            y[at] = x[at] * scale * w[at];
        }
    }

    /// <summary>Rotary embedding of one head, in place.</summary>
    /// <remarks>
    /// <para>Formula: (a, b) → (a cos − b sin, b cos + a sin) for the pairs a = x[i], b = x[i + n/2].</para>
    /// <para>Shapes: x [n], n even; cosSin n/2 cosines, then n/2 sines.  Source: Su et al. 2021, half-split form.</para>
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate(float* x, float* cosSin, int n)
    {
        var half = n / 2;
        var at = 0;
        for (; at + TLanes.Count <= half; at += TLanes.Count)
        {
            var a = TLanes.Load(x + at);
            var b = TLanes.Load(x + half + at);
            var cosine = TLanes.Load(cosSin + at);
            var sine = TLanes.Load(cosSin + half + at);
            TLanes.Store(TLanes.Subtract(TLanes.Multiply(a, cosine), TLanes.Multiply(b, sine)), x + at);
            TLanes.Store(TLanes.Add(TLanes.Multiply(b, cosine), TLanes.Multiply(a, sine)), x + half + at);
        }

        for (; at < half; at++)
        {
            var a = x[at];
            var b = x[half + at];
            x[at] = (a * cosSin[at]) - (b * cosSin[half + at]);
            x[half + at] = (b * cosSin[at]) + (a * cosSin[half + at]);
        }
    }

    /// <summary>Σ a · b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(float* a, float* b, int n)
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        var at = 0;
        for (; at + (4 * TLanes.Count) <= n; at += 4 * TLanes.Count)
        {
            s0 = TLanes.MultiplyAdd(TLanes.Load(a + at), TLanes.Load(b + at), s0);
            s1 = TLanes.MultiplyAdd(TLanes.Load(a + at + TLanes.Count), TLanes.Load(b + at + TLanes.Count), s1);
            s2 = TLanes.MultiplyAdd(TLanes.Load(a + at + (2 * TLanes.Count)), TLanes.Load(b + at + (2 * TLanes.Count)), s2);
            s3 = TLanes.MultiplyAdd(TLanes.Load(a + at + (3 * TLanes.Count)), TLanes.Load(b + at + (3 * TLanes.Count)), s3);
        }

        for (; at + TLanes.Count <= n; at += TLanes.Count)
        {
            s0 = TLanes.MultiplyAdd(TLanes.Load(a + at), TLanes.Load(b + at), s0);
        }

        var sum = TLanes.Sum(TLanes.Add(TLanes.Add(s0, s1), TLanes.Add(s2, s3)));
        for (; at < n; at++)
        {
            sum += a[at] * b[at];
        }

        return sum;
    }

    /// <summary>y = s (a + b), for the half-way point of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaledSum(float* a, float* b, float s, int n, float* y)
    {
        var scales = TLanes.Broadcast(s);
        var at = 0;
        for (; at + TLanes.Count <= n; at += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Add(TLanes.Load(a + at), TLanes.Load(b + at)), scales), y + at);
        }

        for (; at < n; at++)
        {
            y[at] = (a[at] + b[at]) * s;
        }
    }

    /// <summary>y = s x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* x, float s, int n, float* y)
    {
        var scales = TLanes.Broadcast(s);
        var at = 0;
        for (; at + TLanes.Count <= n; at += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Load(x + at), scales), y + at);
        }

        for (; at < n; at++)
        {
            y[at] = x[at] * s;
        }
    }
}
