using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Slerp.Engine.Backends;

/// <summary>Two thin factors, and their product added to rows of a weight.</summary>
/// <remarks>
/// <para>Formula: row i += scale · Σ_k B[i, k] · A[k], k ascending, every product and sum rounded to binary32.</para>
/// <para>Shapes: A [r, in], B [out, r]. Units: none. Cost: 2·r operations an element. Keeps A in strips of columns, so that a strip's rows follow each other.</para>
/// <para>A row's bits depend neither on the range it is in nor on the width of the machine's vectors. Source: Hu et al. 2021, arXiv 2106.09685.
/// Thread-safety: immutable once made; concurrent calls allowed.</para>
/// </remarks>
internal sealed class LowRankUpdate
{
    private const int Together = 4;

    private static readonly int Strip = 2 * Vector<float>.Count;

    private readonly float[] _a;
    private readonly float[] _b;
    private readonly int _columns;
    private readonly int _rank;
    private readonly float _scale;

    /// <summary>Takes the factors.</summary>
    /// <param name="a">A, row after row.</param>
    /// <param name="b">B, row after row; kept.</param>
    /// <param name="rank">r.</param>
    /// <param name="scale">What multiplies the product.</param>
    public LowRankUpdate(ReadOnlySpan<float> a, float[] b, int rank, float scale)
    {
        (_b, _rank, _columns, _scale) = (b, rank, a.Length / rank, scale);
        _a = new float[checked((_columns + Strip - 1) / Strip * Strip * rank)];
        for (var column = 0; column < _columns; column += Strip)
        {
            var width = Math.Min(Strip, _columns - column);
            for (var k = 0; k < rank; k++)
            {
                a.Slice((k * _columns) + column, width).CopyTo(_a.AsSpan((column * rank) + (k * Strip)));
            }
        }
    }

    /// <summary>Adds the product's rows [first, first + count).</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="rows">The weight's rows, one after the other.</param>
    public void AddTo(int first, int count, Span<float> rows)
    {
        var row = 0;
        for (; row <= count - Together; row += Together)
        {
            AddFour(_b.AsSpan((first + row) * _rank, Together * _rank), rows.Slice(row * _columns, Together * _columns));
        }

        for (; row < count; row++)
        {
            AddOne(_b.AsSpan((first + row) * _rank, _rank), rows.Slice(row * _columns, _columns));
        }
    }

    // Eight sums stay in registers while a strip of A goes by once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddFour(ReadOnlySpan<float> factors, Span<float> rows)
    {
        var (rank, lanes) = (_rank, Vector<float>.Count);
        ref var b = ref MemoryMarshal.GetReference(factors);
        for (var column = 0; column < _columns; column += Strip)
        {
            ref var a = ref MemoryMarshal.GetReference(_a.AsSpan(column * rank, Strip * rank));
            Vector<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
            for (var k = 0; k < rank; k++)
            {
                var a0 = Vector.LoadUnsafe(ref a, (nuint)(k * Strip));
                var a1 = Vector.LoadUnsafe(ref a, (nuint)((k * Strip) + lanes));
                var b0 = new Vector<float>(Unsafe.Add(ref b, k));
                s00 += b0 * a0;
                s01 += b0 * a1;
                var b1 = new Vector<float>(Unsafe.Add(ref b, rank + k));
                s10 += b1 * a0;
                s11 += b1 * a1;
                var b2 = new Vector<float>(Unsafe.Add(ref b, (2 * rank) + k));
                s20 += b2 * a0;
                s21 += b2 * a1;
                var b3 = new Vector<float>(Unsafe.Add(ref b, (3 * rank) + k));
                s30 += b3 * a0;
                s31 += b3 * a1;
            }

            var width = Math.Min(Strip, _columns - column);
            Add(s00, s01, rows.Slice(column, width));
            Add(s10, s11, rows.Slice(_columns + column, width));
            Add(s20, s21, rows.Slice((2 * _columns) + column, width));
            Add(s30, s31, rows.Slice((3 * _columns) + column, width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddOne(ReadOnlySpan<float> factors, Span<float> row)
    {
        var lanes = Vector<float>.Count;
        for (var column = 0; column < _columns; column += Strip)
        {
            ref var a = ref MemoryMarshal.GetReference(_a.AsSpan(column * _rank, Strip * _rank));
            Vector<float> s0 = default, s1 = default;
            for (var k = 0; k < factors.Length; k++)
            {
                var b = new Vector<float>(factors[k]);
                s0 += b * Vector.LoadUnsafe(ref a, (nuint)(k * Strip));
                s1 += b * Vector.LoadUnsafe(ref a, (nuint)((k * Strip) + lanes));
            }

            Add(s0, s1, row.Slice(column, Math.Min(Strip, _columns - column)));
        }
    }

    // The last strip may be wider than the row: what lies behind its end is left out, not computed otherwise.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(Vector<float> low, Vector<float> high, Span<float> row)
    {
        if (row.Length == Strip)
        {
            var scale = new Vector<float>(_scale);
            var end = row[Vector<float>.Count..];
            (new Vector<float>(row) + (low * scale)).CopyTo(row);
            (new Vector<float>(end) + (high * scale)).CopyTo(end);
            return;
        }

        for (var lane = 0; lane < row.Length; lane++)
        {
            row[lane] += (lane < Vector<float>.Count ? low[lane] : high[lane - Vector<float>.Count]) * _scale;
        }
    }
}
