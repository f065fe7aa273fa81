using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>The micro-kernel of all float products: a tile of 1 to 12 rows by one panel, accumulators in registers.</summary>
/// <remarks>
/// <para>Formula: c[r][j] = Σ_k x[r][k] · w[k][j].</para>
/// <para>Shapes: x rows of k floats, <c>xStride</c> apart; w a panel of two vectors of columns; c rows of a panel's width, <c>cStride</c> apart.</para>
/// <para>Accuracy: one chain of multiply-adds per (row, column), k ascending from 0: the result does not depend on how many rows share the tile.</para>
/// <para>The twelve rows are written out because arrays of vectors would live in memory; rows beyond the type's count are removed by the compiler.</para>
/// </remarks>
internal static unsafe class FloatTile<TLanes, TVector, TWeights>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TWeights : struct, IPairWeights<TVector>
{
    /// <summary>Multiplies <paramref name="rows"/> rows, at most the level's TileRows.</summary>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="w">The panel, from the step of k at which the product begins.</param>
    /// <param name="x">The first row, from the same step.</param>
    /// <param name="xStride">Floats between rows of x.</param>
    /// <param name="k">Steps.</param>
    /// <param name="c">The tile's result, overwritten.</param>
    /// <param name="cStride">Floats between rows of c.</param>
    /// <param name="ahead">What to prefetch while working.</param>
    public static void Multiply(int rows, byte* w, float* x, nint xStride, int k, float* c, nint cStride, PrefetchStream ahead)
    {
        switch (rows)
        {
            case 1:
                Tile<Rows1>(w, x, xStride, k, c, cStride, ahead);
                break;
            case 2:
                Tile<Rows2>(w, x, xStride, k, c, cStride, ahead);
                break;
            case 3:
                Tile<Rows3>(w, x, xStride, k, c, cStride, ahead);
                break;
            case 4:
                Tile<Rows4>(w, x, xStride, k, c, cStride, ahead);
                break;
            case 5:
                Tile<Rows5>(w, x, xStride, k, c, cStride, ahead);
                break;
            case 6:
                Tile<Rows6>(w, x, xStride, k, c, cStride, ahead);
                break;
            case 7:
                Tile<Rows7>(w, x, xStride, k, c, cStride, ahead);
                break;
            case 8:
                Tile<Rows8>(w, x, xStride, k, c, cStride, ahead);
                break;
            case 9:
                Tile<Rows9>(w, x, xStride, k, c, cStride, ahead);
                break;
            case 10:
                Tile<Rows10>(w, x, xStride, k, c, cStride, ahead);
                break;
            case 11:
                Tile<Rows11>(w, x, xStride, k, c, cStride, ahead);
                break;
            case 12:
                Tile<Rows12>(w, x, xStride, k, c, cStride, ahead);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TRows>(byte* w, float* x, nint xStride, int k, float* c, nint cStride, PrefetchStream ahead)
        where TRows : struct, IRowCount
    {
        TVector a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
        TVector g0 = default, g1 = default, h0 = default, h1 = default, i0 = default, i1 = default, j0 = default, j1 = default, k0 = default, k1 = default, l0 = default, l1 = default;
        // Three pointers and three distances reach all rows: twelve pointers would not fit into registers.
        var stride = xStride * sizeof(float);
        var stride2 = stride * 2;
        var stride3 = stride * 3;
        var p = (byte*)x;
        var q = p + (stride * 4);
        var r = q + (stride * 4);
        var target = ahead.Start;
        var spacing = TWeights.PairBytes > 128 ? ahead.Step >> 2 : ahead.Step >> 1;
        var pairs = k >> 1;
        for (var pair = 0; pair < pairs; pair++)
        {
            TLanes.Prefetch(target);
            if (TWeights.PairBytes > 64)
            {
                TLanes.Prefetch(target + spacing);
            }

            if (TWeights.PairBytes > 128)
            {
                TLanes.Prefetch(target + (2 * spacing));
                TLanes.Prefetch(target + (3 * spacing));
            }

            target += ahead.Step;
            TWeights.Load(w, out var u0, out var u1, out var v0, out var v1);
            w += TWeights.PairBytes;
            if (TRows.Value > 0)
            {
                var s = TLanes.Broadcast(*(float*)p);
                a0 = TLanes.MultiplyAdd(s, u0, a0);
                a1 = TLanes.MultiplyAdd(s, u1, a1);
                s = TLanes.Broadcast(*(float*)(p + 4));
                a0 = TLanes.MultiplyAdd(s, v0, a0);
                a1 = TLanes.MultiplyAdd(s, v1, a1);
            }

            if (TRows.Value > 1)
            {
                var s = TLanes.Broadcast(*(float*)(p + stride));
                b0 = TLanes.MultiplyAdd(s, u0, b0);
                b1 = TLanes.MultiplyAdd(s, u1, b1);
                s = TLanes.Broadcast(*(float*)(p + stride + 4));
                b0 = TLanes.MultiplyAdd(s, v0, b0);
                b1 = TLanes.MultiplyAdd(s, v1, b1);
            }

            if (TRows.Value > 2)
            {
                var s = TLanes.Broadcast(*(float*)(p + stride2));
                c0 = TLanes.MultiplyAdd(s, u0, c0);
                c1 = TLanes.MultiplyAdd(s, u1, c1);
                s = TLanes.Broadcast(*(float*)(p + stride2 + 4));
                c0 = TLanes.MultiplyAdd(s, v0, c0);
                c1 = TLanes.MultiplyAdd(s, v1, c1);
            }

            if (TRows.Value > 3)
            {
                var s = TLanes.Broadcast(*(float*)(p + stride3));
                d0 = TLanes.MultiplyAdd(s, u0, d0);
                d1 = TLanes.MultiplyAdd(s, u1, d1);
                s = TLanes.Broadcast(*(float*)(p + stride3 + 4));
                d0 = TLanes.MultiplyAdd(s, v0, d0);
                d1 = TLanes.MultiplyAdd(s, v1, d1);
            }

            if (TRows.Value > 4)
            {
                var s = TLanes.Broadcast(*(float*)q);
                e0 = TLanes.MultiplyAdd(s, u0, e0);
                e1 = TLanes.MultiplyAdd(s, u1, e1);
                s = TLanes.Broadcast(*(float*)(q + 4));
                e0 = TLanes.MultiplyAdd(s, v0, e0);
                e1 = TLanes.MultiplyAdd(s, v1, e1);
            }

            if (TRows.Value > 5)
            {
                var s = TLanes.Broadcast(*(float*)(q + stride));
                f0 = TLanes.MultiplyAdd(s, u0, f0);
                f1 = TLanes.MultiplyAdd(s, u1, f1);
                s = TLanes.Broadcast(*(float*)(q + stride + 4));
                f0 = TLanes.MultiplyAdd(s, v0, f0);
                f1 = TLanes.MultiplyAdd(s, v1, f1);
            }

            if (TRows.Value > 6)
            {
                var s = TLanes.Broadcast(*(float*)(q + stride2));
                g0 = TLanes.MultiplyAdd(s, u0, g0);
                g1 = TLanes.MultiplyAdd(s, u1, g1);
                s = TLanes.Broadcast(*(float*)(q + stride2 + 4));
                g0 = TLanes.MultiplyAdd(s, v0, g0);
                g1 = TLanes.MultiplyAdd(s, v1, g1);
            }

            if (TRows.Value > 7)
            {
                var s = TLanes.Broadcast(*(float*)(q + stride3));
                h0 = TLanes.MultiplyAdd(s, u0, h0);
                h1 = TLanes.MultiplyAdd(s, u1, h1);
                s = TLanes.Broadcast(*(float*)(q + stride3 + 4));
                h0 = TLanes.MultiplyAdd(s, v0, h0);
                h1 = TLanes.MultiplyAdd(s, v1, h1);
            }

            if (TRows.Value > 8)
            {
                var s = TLanes.Broadcast(*(float*)r);
                i0 = TLanes.MultiplyAdd(s, u0, i0);
                i1 = TLanes.MultiplyAdd(s, u1, i1);
                s = TLanes.Broadcast(*(float*)(r + 4));
                i0 = TLanes.MultiplyAdd(s, v0, i0);
                i1 = TLanes.MultiplyAdd(s, v1, i1);
            }

            if (TRows.Value > 9)
            {
                var s = TLanes.Broadcast(*(float*)(r + stride));
                j0 = TLanes.MultiplyAdd(s, u0, j0);
                j1 = TLanes.MultiplyAdd(s, u1, j1);
                s = TLanes.Broadcast(*(float*)(r + stride + 4));
                j0 = TLanes.MultiplyAdd(s, v0, j0);
                j1 = TLanes.MultiplyAdd(s, v1, j1);
            }

            if (TRows.Value > 10)
            {
                var s = TLanes.Broadcast(*(float*)(r + stride2));
                k0 = TLanes.MultiplyAdd(s, u0, k0);
                k1 = TLanes.MultiplyAdd(s, u1, k1);
                s = TLanes.Broadcast(*(float*)(r + stride2 + 4));
                k0 = TLanes.MultiplyAdd(s, v0, k0);
                k1 = TLanes.MultiplyAdd(s, v1, k1);
            }

            if (TRows.Value > 11)
            {
                var s = TLanes.Broadcast(*(float*)(r + stride3));
                l0 = TLanes.MultiplyAdd(s, u0, l0);
                l1 = TLanes.MultiplyAdd(s, u1, l1);
                s = TLanes.Broadcast(*(float*)(r + stride3 + 4));
                l0 = TLanes.MultiplyAdd(s, v0, l0);
                l1 = TLanes.MultiplyAdd(s, v1, l1);
            }

            p += 2 * sizeof(float);
            q += 2 * sizeof(float);
            r += 2 * sizeof(float);
        }

        if ((k & 1) != 0)
        {
            TWeights.LoadLast(w, out var u0, out var u1);
            if (TRows.Value > 0)
            {
                var s = TLanes.Broadcast(*(float*)p);
                a0 = TLanes.MultiplyAdd(s, u0, a0);
                a1 = TLanes.MultiplyAdd(s, u1, a1);
            }

            if (TRows.Value > 1)
            {
                var s = TLanes.Broadcast(*(float*)(p + stride));
                b0 = TLanes.MultiplyAdd(s, u0, b0);
                b1 = TLanes.MultiplyAdd(s, u1, b1);
            }

            if (TRows.Value > 2)
            {
                var s = TLanes.Broadcast(*(float*)(p + stride2));
                c0 = TLanes.MultiplyAdd(s, u0, c0);
                c1 = TLanes.MultiplyAdd(s, u1, c1);
            }

            if (TRows.Value > 3)
            {
                var s = TLanes.Broadcast(*(float*)(p + stride3));
                d0 = TLanes.MultiplyAdd(s, u0, d0);
                d1 = TLanes.MultiplyAdd(s, u1, d1);
            }

            if (TRows.Value > 4)
            {
                var s = TLanes.Broadcast(*(float*)q);
                e0 = TLanes.MultiplyAdd(s, u0, e0);
                e1 = TLanes.MultiplyAdd(s, u1, e1);
            }

            if (TRows.Value > 5)
            {
                var s = TLanes.Broadcast(*(float*)(q + stride));
                f0 = TLanes.MultiplyAdd(s, u0, f0);
                f1 = TLanes.MultiplyAdd(s, u1, f1);
            }

            if (TRows.Value > 6)
            {
                var s = TLanes.Broadcast(*(float*)(q + stride2));
                g0 = TLanes.MultiplyAdd(s, u0, g0);
                g1 = TLanes.MultiplyAdd(s, u1, g1);
            }

            if (TRows.Value > 7)
            {
                var s = TLanes.Broadcast(*(float*)(q + stride3));
                h0 = TLanes.MultiplyAdd(s, u0, h0);
                h1 = TLanes.MultiplyAdd(s, u1, h1);
            }

            if (TRows.Value > 8)
            {
                var s = TLanes.Broadcast(*(float*)r);
                i0 = TLanes.MultiplyAdd(s, u0, i0);
                i1 = TLanes.MultiplyAdd(s, u1, i1);
            }

            if (TRows.Value > 9)
            {
                var s = TLanes.Broadcast(*(float*)(r + stride));
                j0 = TLanes.MultiplyAdd(s, u0, j0);
                j1 = TLanes.MultiplyAdd(s, u1, j1);
            }

            if (TRows.Value > 10)
            {
                var s = TLanes.Broadcast(*(float*)(r + stride2));
                k0 = TLanes.MultiplyAdd(s, u0, k0);
                k1 = TLanes.MultiplyAdd(s, u1, k1);
            }

            if (TRows.Value > 11)
            {
                var s = TLanes.Broadcast(*(float*)(r + stride3));
                l0 = TLanes.MultiplyAdd(s, u0, l0);
                l1 = TLanes.MultiplyAdd(s, u1, l1);
            }
        }

        if (TRows.Value > 0)
        {
            TLanes.Store(a0, c + (0 * cStride));
            TLanes.Store(a1, c + (0 * cStride) + TLanes.Count);
        }

        if (TRows.Value > 1)
        {
            TLanes.Store(b0, c + (1 * cStride));
            TLanes.Store(b1, c + (1 * cStride) + TLanes.Count);
        }

        if (TRows.Value > 2)
        {
            TLanes.Store(c0, c + (2 * cStride));
            TLanes.Store(c1, c + (2 * cStride) + TLanes.Count);
        }

        if (TRows.Value > 3)
        {
            TLanes.Store(d0, c + (3 * cStride));
            TLanes.Store(d1, c + (3 * cStride) + TLanes.Count);
        }

        if (TRows.Value > 4)
        {
            TLanes.Store(e0, c + (4 * cStride));
            TLanes.Store(e1, c + (4 * cStride) + TLanes.Count);
        }

        if (TRows.Value > 5)
        {
            TLanes.Store(f0, c + (5 * cStride));
            TLanes.Store(f1, c + (5 * cStride) + TLanes.Count);
        }

        if (TRows.Value > 6)
        {
            TLanes.Store(g0, c + (6 * cStride));
            TLanes.Store(g1, c + (6 * cStride) + TLanes.Count);
        }

        if (TRows.Value > 7)
        {
            TLanes.Store(h0, c + (7 * cStride));
            TLanes.Store(h1, c + (7 * cStride) + TLanes.Count);
        }

        if (TRows.Value > 8)
        {
            TLanes.Store(i0, c + (8 * cStride));
            TLanes.Store(i1, c + (8 * cStride) + TLanes.Count);
        }

        if (TRows.Value > 9)
        {
            TLanes.Store(j0, c + (9 * cStride));
            TLanes.Store(j1, c + (9 * cStride) + TLanes.Count);
        }

        if (TRows.Value > 10)
        {
            TLanes.Store(k0, c + (10 * cStride));
            TLanes.Store(k1, c + (10 * cStride) + TLanes.Count);
        }

        if (TRows.Value > 11)
        {
            TLanes.Store(l0, c + (11 * cStride));
            TLanes.Store(l1, c + (11 * cStride) + TLanes.Count);
        }
    }
}
