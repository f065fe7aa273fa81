using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels;

/// <summary>The exponential function, lane by lane.</summary>
/// <remarks>
/// <para>Formula: e^x = 2^n · e^r, n = round(x / ln 2), r = x − n ln 2 in two parts; e^r = 1 + r + r² q(r), q of degree 4 through the Chebyshev nodes of |r| ≤ ln 2 / 2.</para>
/// <para>Accuracy: 2 units in the last place for x in [-87.33, 88.72]; below it exactly 0 (no denormals), above it +∞; e^0 is exactly 1; NaN stays NaN.</para>
/// <para>A lane's result depends on that lane alone.</para>
/// </remarks>
internal static class Exponential<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const float Lowest = -87.33654f;

    /// <summary>e^x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x)
    {
        var one = TLanes.Broadcast(1f);
        var n = TLanes.Round(TLanes.Multiply(x, TLanes.Broadcast(1.44269504f)));
        var r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-0.693359375f), x);
        r = TLanes.MultiplyAdd(n, TLanes.Broadcast(2.12194440e-4f), r);
        var p = TLanes.Broadcast(0.001392617612f);
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(0.008363173075f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(0.041666554662f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(0.166665770256f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(0.5f));
        p = TLanes.MultiplyAdd(p, r, one);
        p = TLanes.MultiplyAdd(p, r, one);
        return TLanes.ZeroWhereLess(x, TLanes.Broadcast(Lowest), TLanes.ScaleByPowerOfTwo(p, n));
    }
}
