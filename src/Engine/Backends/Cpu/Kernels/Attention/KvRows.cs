using System.Runtime.CompilerServices;

namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>Writes and copies single rows of a store.</summary>
internal static unsafe class KvRows
{
    // A column of a panel is 4 bytes wide in both formats: one float, or the bfloat16 values of two successive steps.
    private const int ColumnBytes = 4;

    /// <summary>Writes one head's key and value, each of HeadSize floats, to a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store(in KvLayout layout, int slot, int head, float* key, float* value)
    {
        var (headSize, width) = (layout.HeadSize, layout.PanelWidth);
        var step = (nint)width * ColumnBytes;
        var keys = KeyColumn(layout, slot, head);
        if (layout.Format == KvFormat.Float32)
        {
            for (var d = 0; d < headSize; d++, keys += step)
            {
                *(float*)keys = key[d];
            }
        }
        else
        {
            for (var d = 0; d < headSize; d += 2, keys += step)
            {
                ((ushort*)keys)[0] = BFloat16.FromSingle(key[d]);
                ((ushort*)keys)[1] = d + 1 < headSize ? BFloat16.FromSingle(key[d + 1]) : (ushort)0;
            }
        }

        var values = ValueRow(layout, slot, head);
        for (var column = 0; column < headSize; column += width, values += layout.ValuePanelBytes)
        {
            var count = Math.Min(width, headSize - column);
            if (layout.Format == KvFormat.Float32)
            {
                new ReadOnlySpan<float>(value + column, count).CopyTo(new Span<float>(values, count));
                continue;
            }

            for (var index = 0; index < count; index++)
            {
                ((ushort*)values)[index * 2] = BFloat16.FromSingle(value[column + index]);
            }
        }
    }

    /// <summary>Copies one head's key and value between slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(in KvLayout layout, int source, int destination, int head)
    {
        var step = layout.PanelWidth * ColumnBytes;
        var is32 = layout.Format == KvFormat.Float32;
        CopyColumns(
            KeyColumn(layout, source, head), KeyColumn(layout, destination, head), is32 ? layout.HeadSize : (layout.HeadSize + 1) / 2, step, isWhole: true);
        var from = ValueRow(layout, source, head);
        var to = ValueRow(layout, destination, head);
        for (var panel = 0; panel < layout.ValuePanels; panel++, from += layout.ValuePanelBytes, to += layout.ValuePanelBytes)
        {
            CopyColumns(from, to, layout.PanelWidth, ColumnBytes, is32);
        }
    }

    private static void CopyColumns(byte* from, byte* to, int count, int step, bool isWhole)
    {
        for (var index = 0; index < count; index++, from += step, to += step)
        {
            if (isWhole)
            {
                *(uint*)to = *(uint*)from;
            }
            else
            {
                *(ushort*)to = *(ushort*)from;
            }
        }
    }

    private static byte* KeyColumn(in KvLayout layout, int slot, int head)
    {
        var (page, row) = Math.DivRem(slot, KvStore.PageRows);
        var (panel, column) = Math.DivRem(row, layout.PanelWidth);
        return layout.Keys(page, head) + (panel * layout.KeyPanelBytes) + (column * ColumnBytes);
    }

    private static byte* ValueRow(in KvLayout layout, int slot, int head)
    {
        var (page, row) = Math.DivRem(slot, KvStore.PageRows);
        var step = layout.PanelWidth * ColumnBytes;
        return layout.Values(page, head) + (layout.Format == KvFormat.Float32 ? row * step : (row / 2 * step) + (row % 2 * 2));
    }
}
