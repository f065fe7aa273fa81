using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>Activations as sums of two bfloat16 values each, in tiles: [rows / 16][k / 32]{[16 rows][32] high, [16 rows][32] low}.</summary>
/// <remarks>
/// <para>Formula: high = bf16(x), low = bf16(x - high), both to the nearest, ties to even: together 16 bits of x or more, a relative error of at most 2⁻¹⁷
/// (below 2⁻¹¹⁰, where low halves are denormal, 2⁻⁹). <see cref="StoreShares"/> cuts the high half off instead: the same bound.
/// The tile unit multiplies bfloat16 only; one half alone would cost the quality that the weights' format keeps.</para>
/// <para>A value of 3.39e38 and more is not finite as bfloat16: its products are NaN, as those of an infinity.</para>
/// </remarks>
/// <param name="tiles">The first tile.</param>
/// <param name="k">Width of a row; a multiple of <see cref="Step"/>.</param>
internal readonly unsafe struct HalvedRows(byte* tiles, int k)
{
    /// <summary>Steps of k in a tile.</summary>
    public const int Step = TileUnit.RowBytes / sizeof(ushort);

    private const int HalfBytes = TileUnit.Rows * TileUnit.RowBytes;

    private readonly byte* _tiles = tiles;
    private readonly int _k = k;

    /// <summary>Steps of a row.</summary>
    public int Steps => _k / Step;

    /// <summary>Bytes of 16 rows.</summary>
    public long TileBytes => BytesOf(TileUnit.Rows, _k);

    /// <summary>Bytes of some rows, in whole tiles.</summary>
    public static long BytesOf(int rows, int k) => (long)(rows + TileUnit.Rows - 1) / TileUnit.Rows * (k / Step) * 2 * HalfBytes;

    /// <summary>The tiles that begin with <paramref name="row"/>, a multiple of 16.</summary>
    public byte* From(int row) => _tiles + (row / TileUnit.Rows * TileBytes);

    /// <summary>Stores a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Store(int row, float* x)
    {
        var target = _tiles + (row / TileUnit.Rows * TileBytes) + (row % TileUnit.Rows * TileUnit.RowBytes);
        for (var at = 0; at < _k; at += Step, target += 2 * HalfBytes)
        {
            var (first, second) = (Vector512.Load(x + at), Vector512.Load(x + at + (Step / 2)));
            var (firstHigh, secondHigh) = (Nearest(first), Nearest(second));
            var firstLow = Nearest(first - firstHigh.AsSingle());
            var secondLow = Nearest(second - secondHigh.AsSingle());
            Vector512.Store(HighWords(firstHigh, secondHigh), (ushort*)target);
            Vector512.Store(HighWords(firstLow, secondLow), (ushort*)(target + HalfBytes));
        }
    }

    /// <summary>Stores a row of numbers from 0 to 1 in fewer instructions: the high halves are cut off, the low ones rounded. Together 16 bits all the same. A NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreShares(int row, float* x)
    {
        var target = _tiles + (row / TileUnit.Rows * TileBytes) + (row % TileUnit.Rows * TileUnit.RowBytes);
        var mask = Vector512.Create(0xFFFF0000u);
        var half = Vector512.Create(0x8000u);
        for (var at = 0; at < _k; at += Step, target += 2 * HalfBytes)
        {
            var (first, second) = (Vector512.Load(x + at), Vector512.Load(x + at + (Step / 2)));
            var firstLow = (first - (first.AsUInt32() & mask).AsSingle()).AsUInt32() + half;
            var secondLow = (second - (second.AsUInt32() & mask).AsSingle()).AsUInt32() + half;
            Vector512.Store(HighWords(first.AsUInt32(), second.AsUInt32()), (ushort*)target);
            Vector512.Store(HighWords(firstLow, secondLow), (ushort*)(target + HalfBytes));
        }
    }

    /// <summary>The upper 16 bits of 32 elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ushort> HighWords(Vector512<uint> first, Vector512<uint> second)
    {
        var odd = (Vector512<ushort>.Indices << 1) | Vector512.Create((ushort)1);
        return Avx512BW.PermuteVar32x16x2(first.AsUInt16(), odd, second.AsUInt16());
    }

    /// <summary>The nearest bfloat16, in the high half of each element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Nearest(Vector512<float> x)
    {
        var bits = x.AsUInt32();
        var nearest = bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512.Create(1u));
        // Rounding up would carry some NaNs over into zero: they keep their bits, and one that survives the cut.
        var number = Vector512.Equals(x, x).AsUInt32();
        return Vector512.ConditionalSelect(number, nearest, bits | Vector512.Create(0x00400000u)) & Vector512.Create(0xFFFF0000u);
    }
}
