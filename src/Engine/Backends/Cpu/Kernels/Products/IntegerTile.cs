using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>The micro-kernel of all integer products: a tile of 1 to 6 rows by one panel of two vectors of columns.</summary>
/// <remarks>
/// <para>Formula: c[r][j] = Σ_b (Σ_{k in b} qx[r][k] · qw[k][j]) · (sw[b][j] · sx[r][b]), over the blocks b of k.</para>
/// <para>Shapes: qx rows of 4-byte groups; the panel holds its scales, as [columns] bases and [blocks][columns] codes, and then its weights, [blocks][groups][columns].</para>
/// <para>Accuracy: the inner sums are exact, so they may run in two chains where a tile is low; the outer one is a chain of multiply-adds per (row, column),
/// b ascending from 0, whatever the tile.</para>
/// </remarks>
internal static unsafe class IntegerTile<TDot, TSums, TLanes, TVector, TWeights>
    where TDot : struct, IDotLanes<TSums, TVector>
    where TSums : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TWeights : struct, IGroupWeights<TSums, TVector>
{
    // A dot product's result is ready after five cycles and two begin in each: fewer rows than this leave the unit idle on one chain.
    private const int RowsOfOneChain = 4;

    /// <summary>Multiplies <paramref name="rows"/> rows, at most the level's TileRows.</summary>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="w">The panel.</param>
    /// <param name="x">The rows' integers, scales and corrections.</param>
    /// <param name="c">The tile's result, overwritten.</param>
    /// <param name="cStride">Floats between rows of c.</param>
    /// <param name="ahead">What to prefetch while working.</param>
    public static void Multiply(int rows, byte* w, in QuantizedRows x, float* c, nint cStride, PrefetchStream ahead)
    {
        switch (rows)
        {
            case 1:
                Tile<Rows1>(w, x, c, cStride, ahead);
                break;
            case 2:
                Tile<Rows2>(w, x, c, cStride, ahead);
                break;
            case 3:
                Tile<Rows3>(w, x, c, cStride, ahead);
                break;
            case 4:
                Tile<Rows4>(w, x, c, cStride, ahead);
                break;
            case 5:
                Tile<Rows5>(w, x, c, cStride, ahead);
                break;
            case 6:
                Tile<Rows6>(w, x, c, cStride, ahead);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TRows>(byte* w, QuantizedRows x, float* c, nint cStride, PrefetchStream ahead)
        where TRows : struct, IRowCount
    {
        TVector a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
        int* xa = x.Groups, xb = x.Groups + (1 * x.GroupStride), xc = x.Groups + (2 * x.GroupStride), xd = x.Groups + (3 * x.GroupStride), xe = x.Groups + (4 * x.GroupStride), xf = x.Groups + (5 * x.GroupStride);
        var scales = x.Scales;
        var corrections = x.Corrections;
        nint blocks = x.Blocks;
        nint groups = x.GroupsPerBlock;
        var target = ahead.Start;
        var step = ahead.Step;
        var halfStep = step >> 1;
        var bases = (float*)w;
        var codes = w + (TDot.Count * 2 * sizeof(float));
        var panel = w + PanelShape.ScaleBytesOf(TDot.Count * 2, blocks);
        for (nint block = 0; block < blocks; block++)
        {
            TLanes.Prefetch(target);
            target += ahead.BlockStep;
            TSums ia0 = default, ia1 = default, ja0 = default, ja1 = default;
            TSums ib0 = default, ib1 = default, jb0 = default, jb1 = default;
            TSums ic0 = default, ic1 = default, jc0 = default, jc1 = default;
            TSums id0 = default, id1 = default;
            TSums ie0 = default, ie1 = default;
            TSums if0 = default, if1 = default;
            if (TRows.Value > 0)
            {
                ia0 = ia1 = TDot.Broadcast(corrections[block]);
            }

            if (TRows.Value > 1)
            {
                ib0 = ib1 = TDot.Broadcast(corrections[blocks + block]);
            }

            if (TRows.Value > 2)
            {
                ic0 = ic1 = TDot.Broadcast(corrections[(2 * blocks) + block]);
            }

            if (TRows.Value > 3)
            {
                id0 = id1 = TDot.Broadcast(corrections[(3 * blocks) + block]);
            }

            if (TRows.Value > 4)
            {
                ie0 = ie1 = TDot.Broadcast(corrections[(4 * blocks) + block]);
            }

            if (TRows.Value > 5)
            {
                if0 = if1 = TDot.Broadcast(corrections[(5 * blocks) + block]);
            }

            for (nint group = 0; group < groups; group += 2)
            {
                TLanes.Prefetch(target);
                if (TWeights.PairBytes > 64)
                {
                    TLanes.Prefetch(target + halfStep);
                }

                target += step;
                TWeights.Load(panel, out var u0, out var v0);
                TWeights.Load(panel + TWeights.SecondVector, out var u1, out var v1);
                panel += TWeights.PairBytes;
                if (TRows.Value > 0)
                {
                    var q = TDot.Broadcast(xa[group]);
                    ia0 = TDot.Accumulate(ia0, u0, q);
                    ia1 = TDot.Accumulate(ia1, u1, q);
                    q = TDot.Broadcast(xa[group + 1]);
                    if (TRows.Value < RowsOfOneChain)
                    {
                        ja0 = TDot.Accumulate(ja0, v0, q);
                        ja1 = TDot.Accumulate(ja1, v1, q);
                    }
                    else
                    {
                        ia0 = TDot.Accumulate(ia0, v0, q);
                        ia1 = TDot.Accumulate(ia1, v1, q);
                    }
                }

                if (TRows.Value > 1)
                {
                    var q = TDot.Broadcast(xb[group]);
                    ib0 = TDot.Accumulate(ib0, u0, q);
                    ib1 = TDot.Accumulate(ib1, u1, q);
                    q = TDot.Broadcast(xb[group + 1]);
                    if (TRows.Value < RowsOfOneChain)
                    {
                        jb0 = TDot.Accumulate(jb0, v0, q);
                        jb1 = TDot.Accumulate(jb1, v1, q);
                    }
                    else
                    {
                        ib0 = TDot.Accumulate(ib0, v0, q);
                        ib1 = TDot.Accumulate(ib1, v1, q);
                    }
                }

                if (TRows.Value > 2)
                {
                    var q = TDot.Broadcast(xc[group]);
                    ic0 = TDot.Accumulate(ic0, u0, q);
                    ic1 = TDot.Accumulate(ic1, u1, q);
                    q = TDot.Broadcast(xc[group + 1]);
                    if (TRows.Value < RowsOfOneChain)
                    {
                        jc0 = TDot.Accumulate(jc0, v0, q);
                        jc1 = TDot.Accumulate(jc1, v1, q);
                    }
                    else
                    {
                        ic0 = TDot.Accumulate(ic0, v0, q);
                        ic1 = TDot.Accumulate(ic1, v1, q);
                    }
                }

                if (TRows.Value > 3)
                {
                    var q = TDot.Broadcast(xd[group]);
                    id0 = TDot.Accumulate(id0, u0, q);
                    id1 = TDot.Accumulate(id1, u1, q);
                    q = TDot.Broadcast(xd[group + 1]);
                    id0 = TDot.Accumulate(id0, v0, q);
                    id1 = TDot.Accumulate(id1, v1, q);
                }

                if (TRows.Value > 4)
                {
                    var q = TDot.Broadcast(xe[group]);
                    ie0 = TDot.Accumulate(ie0, u0, q);
                    ie1 = TDot.Accumulate(ie1, u1, q);
                    q = TDot.Broadcast(xe[group + 1]);
                    ie0 = TDot.Accumulate(ie0, v0, q);
                    ie1 = TDot.Accumulate(ie1, v1, q);
                }

                if (TRows.Value > 5)
                {
                    var q = TDot.Broadcast(xf[group]);
                    if0 = TDot.Accumulate(if0, u0, q);
                    if1 = TDot.Accumulate(if1, u1, q);
                    q = TDot.Broadcast(xf[group + 1]);
                    if0 = TDot.Accumulate(if0, v0, q);
                    if1 = TDot.Accumulate(if1, v1, q);
                }
            }

            var scale0 = TWeights.Scales(bases, codes);
            var scale1 = TWeights.Scales(bases + TDot.Count, codes + TDot.Count);
            codes += TDot.Count * 2;
            if (TRows.Value > 0)
            {
                var s = TLanes.Broadcast(scales[block]);
                if (TRows.Value < RowsOfOneChain)
                {
                    ia0 = TDot.Add(ia0, ja0);
                    ia1 = TDot.Add(ia1, ja1);
                }

                a0 = TLanes.MultiplyAdd(TDot.ToFloat(ia0), TLanes.Multiply(scale0, s), a0);
                a1 = TLanes.MultiplyAdd(TDot.ToFloat(ia1), TLanes.Multiply(scale1, s), a1);
                xa += groups;
            }

            if (TRows.Value > 1)
            {
                var s = TLanes.Broadcast(scales[blocks + block]);
                if (TRows.Value < RowsOfOneChain)
                {
                    ib0 = TDot.Add(ib0, jb0);
                    ib1 = TDot.Add(ib1, jb1);
                }

                b0 = TLanes.MultiplyAdd(TDot.ToFloat(ib0), TLanes.Multiply(scale0, s), b0);
                b1 = TLanes.MultiplyAdd(TDot.ToFloat(ib1), TLanes.Multiply(scale1, s), b1);
                xb += groups;
            }

            if (TRows.Value > 2)
            {
                var s = TLanes.Broadcast(scales[(2 * blocks) + block]);
                if (TRows.Value < RowsOfOneChain)
                {
                    ic0 = TDot.Add(ic0, jc0);
                    ic1 = TDot.Add(ic1, jc1);
                }

                c0 = TLanes.MultiplyAdd(TDot.ToFloat(ic0), TLanes.Multiply(scale0, s), c0);
                c1 = TLanes.MultiplyAdd(TDot.ToFloat(ic1), TLanes.Multiply(scale1, s), c1);
                xc += groups;
            }

            if (TRows.Value > 3)
            {
                var s = TLanes.Broadcast(scales[(3 * blocks) + block]);
                d0 = TLanes.MultiplyAdd(TDot.ToFloat(id0), TLanes.Multiply(scale0, s), d0);
                d1 = TLanes.MultiplyAdd(TDot.ToFloat(id1), TLanes.Multiply(scale1, s), d1);
                xd += groups;
            }

            if (TRows.Value > 4)
            {
                var s = TLanes.Broadcast(scales[(4 * blocks) + block]);
                e0 = TLanes.MultiplyAdd(TDot.ToFloat(ie0), TLanes.Multiply(scale0, s), e0);
                e1 = TLanes.MultiplyAdd(TDot.ToFloat(ie1), TLanes.Multiply(scale1, s), e1);
                xe += groups;
            }

            if (TRows.Value > 5)
            {
                var s = TLanes.Broadcast(scales[(5 * blocks) + block]);
                f0 = TLanes.MultiplyAdd(TDot.ToFloat(if0), TLanes.Multiply(scale0, s), f0);
                f1 = TLanes.MultiplyAdd(TDot.ToFloat(if1), TLanes.Multiply(scale1, s), f1);
                xf += groups;
            }
        }

        if (TRows.Value > 0)
        {
            TLanes.Store(a0, c);
            TLanes.Store(a1, c + TDot.Count);
        }

        if (TRows.Value > 1)
        {
            TLanes.Store(b0, c + cStride);
            TLanes.Store(b1, c + cStride + TDot.Count);
        }

        if (TRows.Value > 2)
        {
            TLanes.Store(c0, c + (2 * cStride));
            TLanes.Store(c1, c + (2 * cStride) + TDot.Count);
        }

        if (TRows.Value > 3)
        {
            TLanes.Store(d0, c + (3 * cStride));
            TLanes.Store(d1, c + (3 * cStride) + TDot.Count);
        }

        if (TRows.Value > 4)
        {
            TLanes.Store(e0, c + (4 * cStride));
            TLanes.Store(e1, c + (4 * cStride) + TDot.Count);
        }

        if (TRows.Value > 5)
        {
            TLanes.Store(f0, c + (5 * cStride));
            TLanes.Store(f1, c + (5 * cStride) + TDot.Count);
        }
    }
}
