using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Slerp.Engine.Backends.Cpu.Kernels.Attention;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>Blocks of attention by tiles, over keys and values in bfloat16.</summary>
/// <remarks>
/// <para>Queries and weights are halved as activations are (<see cref="HalvedRows"/>), so that a score errs by 2⁻¹⁷ Σ |q · k| and a weighted sum by 2⁻¹⁷ Σ p |v| at most.
/// Softmax and the joining of blocks are those of vectors.</para>
/// <para>Every row goes through all 64 keys of a block: keys it does not see have weight 0, and values beyond the last row's end are replaced by zeros, since
/// a stranger's infinity in them would come through a weight of 0. A row whose path is no chain gets its values gathered in logical order: the same chain of sums.</para>
/// </remarks>
internal readonly unsafe struct TileBlocks : IAttentionBlocks
{
    private const int Block = KvStore.PageRows;
    private const int PairBytes = 2 * TileUnit.RowBytes;
    private const uint EvenMask = 0x0000FFFFu;

    // As many as the panel at hand has in each part of a step.
    private const int LinesAhead = 2 * TileUnit.Rows / TileRoutines.PartsOfStep;

    // Measured for products: far enough to hide memory latency.
    private const int AheadBytes = 8192;

    /// <summary>Whether tiles serve a store.</summary>
    public static bool Serves(in KvLayout layout) => layout.Format == KvFormat.BFloat16 && layout.HeadSize % HalvedRows.Step == 0;

    /// <inheritdoc />
    public static void Begin(in AttentionTask task, in AttentionUnit unit, in AttentionRows rows)
    {
        var queries = new TileBlockRows(rows.Rest, task.Layout).Queries;
        for (var index = 0; index < unit.Count; index++)
        {
            queries.Store(index, rows.Query(index));
        }
    }

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, int block)
    {
        var tiles = new TileBlockRows(rows.Rest, task.Layout);
        var (end, straight) = (0, 0);
        for (var index = 0; index < unit.Count; index++)
        {
            end = Math.Max(end, rows.SeenIn(block, index).To);
            straight += rows.IsStraight(index, block) ? 1 : 0;
        }

        if (straight == unit.Count)
        {
            Scores(task, unit, slice, block, tiles.Queries, rows.Scores(0));
        }
        else
        {
            GatherScores(task, unit, slice, rows, tiles, block);
        }

        for (var index = 0; index < unit.Count; index++)
        {
            BlockJoin<Lanes512, Vector512<float>>.Weigh(rows, index, block);
            tiles.Weights.StoreShares(index, rows.Scores(index));
        }

        if (straight > 0)
        {
            Sums(task, unit, slice, rows, tiles, block, end);
        }

        if (straight < unit.Count)
        {
            GatherSums(task, unit, slice, rows, tiles, block);
        }
    }

    /// <summary>Scores of all rows of the unit with all 64 places of a page.</summary>
    private static void Scores(in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, int number, HalvedRows queries, float* scores)
    {
        var keys = task.Layout.Keys(slice.Pages[number], unit.KvHead);
        for (var panel = 0; panel * task.Layout.PanelWidth < Block; panel++)
        {
            var at = panel * task.Layout.KeyPanelBytes;
            HalfTile.Multiply(
                queries, 0, unit.Count, keys + at, scores + (panel * task.Layout.PanelWidth), AttentionRows.ScoreStride,
                Ahead(task, unit, slice, number, at), LinesAhead);
        }
    }

    /// <summary>Weighted sums of the rows that keep the block's keys in logical order; what it gives the others is overwritten.</summary>
    private static void Sums(
        in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, in TileBlockRows tiles, int block, int end)
    {
        var values = task.Layout.Values(slice.Pages[block], unit.KvHead);
        for (var panel = 0; panel < task.Layout.ValuePanels; panel++)
        {
            var at = panel * task.Layout.ValuePanelBytes;
            var w = values + at;
            if (end < Block)
            {
                Copy(w, tiles.Values, end);
                w = tiles.Values;
            }

            HalfTile.Multiply(
                tiles.Weights, 0, unit.Count, w, rows.BlockSum(0) + (panel * task.Layout.PanelWidth), rows.ValueStride,
                Ahead(task, unit, slice, block, task.Layout.ValueOffset + at), LinesAhead);
        }
    }

    /// <summary>What comes <see cref="AheadBytes"/> after a byte of a page: of the same page or of the next.</summary>
    private static byte* Ahead(in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, int number, long at)
    {
        var beyond = at + AheadBytes - task.Layout.HeadBytes;
        return beyond >= 0 && number + 1 < slice.Pages.Length
            ? task.Layout.Keys(slice.Pages[number + 1], unit.KvHead) + beyond
            : task.Layout.Keys(slice.Pages[number], unit.KvHead) + at + AheadBytes;
    }

    /// <summary>Values of the first <paramref name="end"/> places of a panel, and zeros.</summary>
    private static void Copy(byte* panel, byte* destination, int end)
    {
        var whole = end / 2 * PairBytes;
        new ReadOnlySpan<byte>(panel, whole).CopyTo(new Span<byte>(destination, whole));
        var rest = new Span<byte>(destination + whole, (Block / 2 * PairBytes) - whole);
        rest.Clear();
        if (end % 2 != 0)
        {
            var mask = Vector512.Create(EvenMask);
            Vector512.Store(Vector512.Load((uint*)(panel + whole)) & mask, (uint*)(destination + whole));
            Vector512.Store(Vector512.Load((uint*)(panel + whole + TileUnit.RowBytes)) & mask, (uint*)(destination + whole + TileUnit.RowBytes));
        }
    }

    private static int NextRow(in AttentionTask task, in AttentionUnit unit, int index) =>
        Math.Min(unit.Count, index + task.Heads.GroupSize - ((unit.First + index) % task.Heads.GroupSize));

    /// <summary>Scores of rows some of which keep keys elsewhere: by place, page by page, brought into logical order.</summary>
    private static void GatherScores(
        in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, in TileBlockRows tiles, int block)
    {
        for (var index = 0; index < unit.Count; index = NextRow(task, unit, index))
        {
            if (!rows.IsStraight(index, block))
            {
                TreePath.FindPlaces(task, unit, slice, rows, index, block, rows.SeenIn(block, index).To, tiles.Places(index));
            }
        }

        // A node comes after its ancestors: no key lies before the page of its logical index.
        var pages = (slice.Committed + slice.RowCount + Block - 1) / Block;
        for (var number = block; number < pages; number++)
        {
            Scores(task, unit, slice, number, tiles.Queries, tiles.Scores);
            for (int index = 0, next; index < unit.Count; index = next)
            {
                next = NextRow(task, unit, index);
                for (var head = index; head < next; head++)
                {
                    var byPlace = tiles.Scores + (head * AttentionRows.ScoreStride);
                    var scores = rows.Scores(head);
                    if (!rows.IsStraight(head, block))
                    {
                        Pick(byPlace, tiles.Places(index), number, rows.SeenIn(block, head).To, scores);
                    }
                    else if (number == block)
                    {
                        new ReadOnlySpan<float>(byPlace, Block).CopyTo(new Span<float>(scores, Block));
                    }
                }
            }
        }
    }

    private static void Pick(float* byPlace, int* places, int number, int to, float* scores)
    {
        for (var lane = 0; lane < to; lane++)
        {
            if (places[lane] / Block == number)
            {
                scores[lane] = byPlace[places[lane] % Block];
            }
        }
    }

    /// <summary>Weighted sums of the rows that keep keys elsewhere: the heads of a row together.</summary>
    private static void GatherSums(
        in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, in AttentionRows rows, in TileBlockRows tiles, int block)
    {
        var columns = task.Layout.ValuePanels * task.Layout.PanelWidth;
        for (int index = 0, next; index < unit.Count; index = next)
        {
            next = NextRow(task, unit, index);
            var (from, to) = rows.SeenIn(block, index);
            if (from >= to || rows.IsStraight(index, block))
            {
                continue;
            }

            for (var panel = 0; panel < task.Layout.ValuePanels; panel++)
            {
                Gather(task, unit, slice, tiles.Places(index), to, panel * task.Layout.ValuePanelBytes, tiles.Values + (panel * task.Layout.ValuePanelBytes));
            }

            for (var first = index / TileUnit.Rows * TileUnit.Rows; first < next; first += TileUnit.Rows)
            {
                for (var panel = 0; panel < task.Layout.ValuePanels; panel++)
                {
                    var w = tiles.Values + (panel * task.Layout.ValuePanelBytes);
                    HalfTile.Multiply(tiles.Weights, first, 1, w, tiles.Sums + (panel * task.Layout.PanelWidth), columns, w, 1);
                }

                for (var head = Math.Max(first, index); head < Math.Min(first + TileUnit.Rows, next); head++)
                {
                    new ReadOnlySpan<float>(tiles.Sums + ((head - first) * columns), columns).CopyTo(new Span<float>(rows.BlockSum(head), columns));
                }
            }
        }
    }

    /// <summary>A panel of values in logical order, and zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(
        in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, int* places, int to, long panel, byte* destination)
    {
        for (var lane = 0; lane < Block; lane += 2, destination += PairBytes)
        {
            var even = lane < to ? ValuePair(task, unit, slice, places[lane], panel) : null;
            var odd = lane + 1 < to ? ValuePair(task, unit, slice, places[lane + 1], panel) : null;
            for (var half = 0; half < PairBytes; half += TileUnit.RowBytes)
            {
                var pair = Vector512<uint>.Zero;
                if (even is not null)
                {
                    var values = Vector512.Load((uint*)(even + half));
                    pair = places[lane] % 2 == 0 ? values & Vector512.Create(EvenMask) : values >>> 16;
                }

                if (odd is not null)
                {
                    var values = Vector512.Load((uint*)(odd + half));
                    pair |= places[lane + 1] % 2 == 0 ? values << 16 : values & Vector512.Create(~EvenMask);
                }

                Vector512.Store(pair, (uint*)(destination + half));
            }
        }
    }

    /// <summary>The pair of steps in which a place's values lie.</summary>
    private static byte* ValuePair(in AttentionTask task, in AttentionUnit unit, in AttentionSlice slice, int place, long panel) =>
        task.Layout.Values(slice.Pages[place / Block], unit.KvHead) + panel + (place % Block / 2 * PairBytes);
}
