using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>The micro-kernel of all integer products: a tile of 1 to 4 rows by one panel of two vectors of columns.</summary>
/// <remarks>
/// <para>Formula: c[r][j] = Σ_b (Σ_{k in b} qx[r][k] · qw[k][j]) · (sw[b][j] · sx[r][b]), over the blocks b of k.</para>
/// <para>Shapes: qx rows of 4-byte groups; the panel holds, for each block, its columns' scales and then its groups: [blocks]{[columns] scales, [groups][columns] weights}.</para>
/// <para>Accuracy: the inner sums are exact; the outer one is a chain of multiply-adds per (row, column), b ascending from 0, whatever the tile.</para>
/// </remarks>
internal static unsafe class IntegerTile<TDot, TSums, TLanes, TVector, TWeights>
    where TDot : struct, IDotLanes<TSums, TVector>
    where TSums : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TWeights : struct, IGroupWeights<TSums>
{
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
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TRows>(byte* w, QuantizedRows x, float* c, nint cStride, PrefetchStream ahead)
        where TRows : struct, IRowCount
    {
        TVector a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        int* xa = x.Groups, xb = x.Groups + (1 * x.GroupStride), xc = x.Groups + (2 * x.GroupStride), xd = x.Groups + (3 * x.GroupStride);
        float* sa = x.Scales, sb = x.Scales + (1 * x.Blocks), sc = x.Scales + (2 * x.Blocks), sd = x.Scales + (3 * x.Blocks);
        int* oa = x.Corrections, ob = x.Corrections + (1 * x.Blocks), oc = x.Corrections + (2 * x.Blocks), od = x.Corrections + (3 * x.Blocks);
        var target = ahead.Start;
        for (var block = 0; block < x.Blocks; block++)
        {
            var scale0 = TLanes.Load((float*)w);
            var scale1 = TLanes.Load((float*)w + TDot.Count);
            w += TDot.Count * 2 * sizeof(float);
            TLanes.Prefetch(target);
            target += ahead.BlockStep;
            TSums ia0 = default, ia1 = default;
            if (TRows.Value > 0)
            {
                ia0 = ia1 = TDot.Broadcast(oa[block]);
            }

            TSums ib0 = default, ib1 = default;
            if (TRows.Value > 1)
            {
                ib0 = ib1 = TDot.Broadcast(ob[block]);
            }

            TSums ic0 = default, ic1 = default;
            if (TRows.Value > 2)
            {
                ic0 = ic1 = TDot.Broadcast(oc[block]);
            }

            TSums id0 = default, id1 = default;
            if (TRows.Value > 3)
            {
                id0 = id1 = TDot.Broadcast(od[block]);
            }

            for (var group = 0; group < x.GroupsPerBlock; group += 2)
            {
                TLanes.Prefetch(target);
                if (TWeights.PairBytes > 64)
                {
                    TLanes.Prefetch(target + (ahead.Step >> 1));
                }

                target += ahead.Step;
                TWeights.Load(w, out var u0, out var v0);
                TWeights.Load(w + TWeights.SecondVector, out var u1, out var v1);
                w += TWeights.PairBytes;
                if (TRows.Value > 0)
                {
                    var q = TDot.Broadcast(xa[group]);
                    ia0 = TDot.Accumulate(ia0, u0, q);
                    ia1 = TDot.Accumulate(ia1, u1, q);
                    q = TDot.Broadcast(xa[group + 1]);
                    ia0 = TDot.Accumulate(ia0, v0, q);
                    ia1 = TDot.Accumulate(ia1, v1, q);
                }

                if (TRows.Value > 1)
                {
                    var q = TDot.Broadcast(xb[group]);
                    ib0 = TDot.Accumulate(ib0, u0, q);
                    ib1 = TDot.Accumulate(ib1, u1, q);
                    q = TDot.Broadcast(xb[group + 1]);
                    ib0 = TDot.Accumulate(ib0, v0, q);
                    ib1 = TDot.Accumulate(ib1, v1, q);
                }

                if (TRows.Value > 2)
                {
                    var q = TDot.Broadcast(xc[group]);
                    ic0 = TDot.Accumulate(ic0, u0, q);
                    ic1 = TDot.Accumulate(ic1, u1, q);
                    q = TDot.Broadcast(xc[group + 1]);
                    ic0 = TDot.Accumulate(ic0, v0, q);
                    ic1 = TDot.Accumulate(ic1, v1, q);
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
            }

            if (TRows.Value > 0)
            {
                var s = TLanes.Broadcast(sa[block]);
                a0 = TLanes.MultiplyAdd(TDot.ToFloat(ia0), TLanes.Multiply(scale0, s), a0);
                a1 = TLanes.MultiplyAdd(TDot.ToFloat(ia1), TLanes.Multiply(scale1, s), a1);
                xa += x.GroupsPerBlock;
            }

            if (TRows.Value > 1)
            {
                var s = TLanes.Broadcast(sb[block]);
                b0 = TLanes.MultiplyAdd(TDot.ToFloat(ib0), TLanes.Multiply(scale0, s), b0);
                b1 = TLanes.MultiplyAdd(TDot.ToFloat(ib1), TLanes.Multiply(scale1, s), b1);
                xb += x.GroupsPerBlock;
            }

            if (TRows.Value > 2)
            {
                var s = TLanes.Broadcast(sc[block]);
                c0 = TLanes.MultiplyAdd(TDot.ToFloat(ic0), TLanes.Multiply(scale0, s), c0);
                c1 = TLanes.MultiplyAdd(TDot.ToFloat(ic1), TLanes.Multiply(scale1, s), c1);
                xc += x.GroupsPerBlock;
            }

            if (TRows.Value > 3)
            {
                var s = TLanes.Broadcast(sd[block]);
                d0 = TLanes.MultiplyAdd(TDot.ToFloat(id0), TLanes.Multiply(scale0, s), d0);
                d1 = TLanes.MultiplyAdd(TDot.ToFloat(id1), TLanes.Multiply(scale1, s), d1);
                xd += x.GroupsPerBlock;
            }
        }

        if (TRows.Value > 0)
        {
            TLanes.Store(a0, c + (0 * cStride));
            TLanes.Store(a1, c + (0 * cStride) + TDot.Count);
        }

        if (TRows.Value > 1)
        {
            TLanes.Store(b0, c + (1 * cStride));
            TLanes.Store(b1, c + (1 * cStride) + TDot.Count);
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
    }
}
