using System.Runtime.CompilerServices;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;

namespace Slerp.Engine.Backends.Cpu.Kernels.Products;

/// <summary>Walks rows and panels of a product so that each weight is read from memory once, and ends it.</summary>
/// <remarks>
/// Rows are taken in blocks; within a block every panel meets all row tiles while it is in the nearest cache.
/// The tiles of a block are of near-equal height. None of this changes a result: see the micro-kernels.
/// </remarks>
internal static unsafe class PanelProduct<TLanes, TVector, TTile>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TTile : struct, IPanelTile
{
    // Measured: far enough to hide memory latency behind one sequential stream, near enough not to evict.
    private const int AheadBytes = 8192;

    /// <summary>Bytes of scratch a worker needs.</summary>
    public static int ScratchBytes => PanelBlock.MostRows * 2 * Columns * sizeof(float);

    private static int Columns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Count * 2;
    }

    /// <summary>Multiplies panels [first, first + count).</summary>
    public static void Multiply(in ProductTask task, int first, int count, float* scratch)
    {
        var panelsPerResult = task.Ending == ProductEnding.Gate ? 2 : 1;
        var block = TTile.RowBlock(task);
        for (var row = 0; row < task.Rows; row += block)
        {
            var rows = Math.Min(block, task.Rows - row);
            for (var panel = first; panel < first + count; panel += panelsPerResult)
            {
                for (var part = 0; part < panelsPerResult; part++)
                {
                    Tiles(task, panel + part, row, rows, scratch + (part * block * Columns));
                }

                var column = panel / panelsPerResult * Columns;
                if (task.Ending == ProductEnding.Note)
                {
                    Note(task, row, rows, column, scratch, Columns);
                    continue;
                }

                End(task, row, rows, column, scratch, scratch + (block * Columns));
                if (task.Maxima is not null)
                {
                    Note(task, row, rows, column, task.Y + ((long)row * task.YStride) + column, task.YStride);
                }
            }
        }
    }

    private static void Tiles(in ProductTask task, int panel, int row, int rows, float* c)
    {
        var w = task.Panels + (panel * task.PanelBytes);
        var tiles = (rows + TTile.Rows - 1) / TTile.Rows;
        var blockStep = (nint)TTile.BlockStepBytes(task);
        var next = task.NextPanel == 0 ? (nint)task.PanelBytes : task.NextPanel;
        var done = 0;
        for (var tile = 0; tile < tiles; tile++)
        {
            var height = TTile.Height(rows - done, tiles - tile);
            var ahead = tiles == 1
                ? new PrefetchStream(w + (task.NextPanel == 0 ? AheadBytes : next), TTile.StepBytes, blockStep)
                : new PrefetchStream(
                    w + next + (tile * task.PanelBytes / tiles), TTile.StepBytes / tiles, blockStep / tiles);
            TTile.Multiply(task, height, w, row + done, c + (done * Columns), Columns, ahead);
            done += height;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void End(in ProductTask task, int row, int rows, int column, float* c, float* second)
    {
        var bias = task.Bias is null ? null : task.Bias + column;
        var y = task.Y + ((long)row * task.YStride) + column;
        for (var index = 0; index < rows; index++, y += task.YStride, c += Columns, second += Columns)
        {
            for (var at = 0; at < Columns; at += TLanes.Count)
            {
                var value = TLanes.Load(c + at);
                if (bias is not null)
                {
                    value = TLanes.Add(value, TLanes.Load(bias + at));
                }

                if (task.Ending == ProductEnding.Add)
                {
                    value = TLanes.Add(TLanes.Load(y + at), value);
                }
                else if (task.Ending == ProductEnding.Gate)
                {
                    value = Gate(value, TLanes.Load(second + at));
                }

                TLanes.Store(value, y + at);
            }
        }
    }

    /// <summary>The largest of a panel's columns of y, joined with the block's other panels: those of one block are done in order by one worker.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Note(in ProductTask task, int row, int rows, int column, float* y, int yStride)
    {
        var columns = Math.Min(Columns, task.Columns - column);
        var isFirst = column % task.MaximaColumns == 0;
        var maximum = task.Maxima + ((long)row * task.MaximaStride) + (column / task.MaximaColumns);
        for (var index = 0; index < rows; index++, y += yStride, maximum += task.MaximaStride)
        {
            var largest = columns == Columns
                ? Selection<TLanes, TVector>.Largest(TLanes.Load(y), TLanes.Load(y + TLanes.Count))
                : Selection<TLanes, TVector>.Largest(y, columns);
            // A NaN stays: MathF.Max gives it wherever there is one.
            *maximum = isFirst ? largest : MathF.Max(*maximum, largest);
        }
    }

    /// <summary>silu(z) ⊙ u, silu(z) = z / (1 + e^-z).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Gate(TVector z, TVector u)
    {
        var minus = TLanes.Subtract(TLanes.Broadcast(0f), z);
        var below = TLanes.Add(TLanes.Broadcast(1f), Exponential<TLanes, TVector>.Of(minus));
        return TLanes.Multiply(TLanes.Divide(z, below), u);
    }
}
