using System.Runtime.CompilerServices;

namespace Slerp.Engine.Backends.Cpu.Kernels.Attention;

/// <summary>Writes and copies single rows of a store.</summary>
internal static unsafe class KvRows
{
    /// <summary>Writes one head's key and value, each of HeadSize floats, to a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store(in KvLayout layout, int slot, int head, float* key, float* value)
    {
        var row = slot % KvStore.PageRows;
        var keys = KeyColumn(layout, slot, head);
        var values = layout.Values(slot / KvStore.PageRows, head);
        if (layout.Format == KvFormat.Float32)
        {
            for (var d = 0; d < layout.HeadSize; d++)
            {
                *(float*)(keys + KeyOffset32(layout, d)) = key[d];
                *(float*)(values + ValueOffset32(layout, row, d)) = value[d];
            }
        }
        else
        {
            for (var d = 0; d < layout.HeadSize; d++)
            {
                *(ushort*)(keys + KeyOffset16(layout, d)) = BFloat16.FromSingle(key[d]);
                *(ushort*)(values + ValueOffset16(layout, row, d)) = BFloat16.FromSingle(value[d]);
            }
        }
    }

    /// <summary>Copies one head's key and value between slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(in KvLayout layout, int source, int destination, int head)
    {
        var fromKeys = KeyColumn(layout, source, head);
        var toKeys = KeyColumn(layout, destination, head);
        var fromValues = layout.Values(source / KvStore.PageRows, head);
        var toValues = layout.Values(destination / KvStore.PageRows, head);
        var fromRow = source % KvStore.PageRows;
        var toRow = destination % KvStore.PageRows;
        if (layout.Format == KvFormat.Float32)
        {
            for (var d = 0; d < layout.HeadSize; d++)
            {
                *(float*)(toKeys + KeyOffset32(layout, d)) = *(float*)(fromKeys + KeyOffset32(layout, d));
                *(float*)(toValues + ValueOffset32(layout, toRow, d)) = *(float*)(fromValues + ValueOffset32(layout, fromRow, d));
            }
        }
        else
        {
            for (var d = 0; d < layout.HeadSize; d++)
            {
                *(ushort*)(toKeys + KeyOffset16(layout, d)) = *(ushort*)(fromKeys + KeyOffset16(layout, d));
                *(ushort*)(toValues + ValueOffset16(layout, toRow, d)) = *(ushort*)(fromValues + ValueOffset16(layout, fromRow, d));
            }
        }
    }

    private static byte* KeyColumn(in KvLayout layout, int slot, int head)
    {
        var row = slot % KvStore.PageRows;
        // A column is 4 bytes wide in both formats: one float, or a pair of bfloat16 steps.
        return layout.Keys(slot / KvStore.PageRows, head) + (row / layout.PanelWidth * layout.KeyPanelBytes) + (row % layout.PanelWidth * 4);
    }

    private static long KeyOffset32(in KvLayout layout, int d) => (long)d * layout.PanelWidth * 4;

    private static long KeyOffset16(in KvLayout layout, int d) => ((long)(d >> 1) * layout.PanelWidth * 4) + ((d & 1) * 2);

    private static long ValueOffset32(in KvLayout layout, int row, int d) =>
        (d / layout.PanelWidth * layout.ValuePanelBytes) + ((((long)row * layout.PanelWidth) + (d % layout.PanelWidth)) * 4);

    private static long ValueOffset16(in KvLayout layout, int row, int d) =>
        (d / layout.PanelWidth * layout.ValuePanelBytes) + ((((long)(row >> 1) * layout.PanelWidth) + (d % layout.PanelWidth)) * 4) + ((row & 1) * 2);
}
