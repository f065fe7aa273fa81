using Slerp.Engine.Backends.Cpu.Jobs;
using Slerp.Engine.Backends.Cpu.Kernels.Attention;

namespace Slerp.Engine.Backends.Cpu;

/// <content>The KV cache's rows, and attention over them.</content>
internal sealed unsafe partial class CpuBackend
{
    /// <inheritdoc />
    public void StoreKv(Tensor qkv, HeadShape heads, KvStore store, ReadOnlySpan<int> slots)
    {
        var pages = Of(store, heads, nameof(StoreKv));
        RequireShape(nameof(StoreKv), nameof(qkv), qkv, slots.Length, heads.Columns);
        RequireSlots(nameof(StoreKv), store, slots);
        fixed (int* places = slots)
        {
            RunRows(new StoreKvAction(Of(qkv), heads, pages.Layout, places), slots.Length, heads.KvColumns * 8L);
        }
    }

    /// <inheritdoc />
    public void CopyKv(KvStore store, ReadOnlySpan<int> sourceSlots, ReadOnlySpan<int> destinationSlots)
    {
        var pages = store as CpuKvStore ?? throw Foreign(store);
        Require(
            sourceSlots.Length == destinationSlots.Length, nameof(CopyKv),
            $"{sourceSlots.Length} sources were given for {destinationSlots.Length} destinations.");
        RequireSlots(nameof(CopyKv), store, sourceSlots);
        RequireSlots(nameof(CopyKv), store, destinationSlots);
        for (var index = 0; index < sourceSlots.Length; index++)
        {
            for (var head = 0; head < store.KvHeads && sourceSlots[index] != destinationSlots[index]; head++)
            {
                KvRows.Copy(pages.Layout, sourceSlots[index], destinationSlots[index], head);
            }
        }
    }

    /// <inheritdoc />
    public void Attend(Tensor qkv, HeadShape heads, KvStore store, AttentionPlan plan, Tensor destination)
    {
        var pages = Of(store, heads, nameof(Attend));
        RequireShape(nameof(Attend), nameof(qkv), qkv, plan.RowCount, heads.Columns);
        RequireShape(nameof(Attend), nameof(destination), destination, plan.RowCount, heads.QueryColumns);
        RequirePlan(plan, store);
        var source = Of(qkv);
        var target = Of(destination);
        var task = new AttentionTask
        {
            Qkv = source.Pointer,
            QkvStride = source.Stride,
            Destination = target.Pointer,
            DestinationStride = target.Stride,
            Heads = heads,
            Layout = pages.Layout,
            Plan = plan,
        };
        _scratch.Reserve(AttentionRows.BytesOf(pages.Layout));
        var job = new AttentionJob(_kernels, _scratch, task);
        _pool.Run(ref job, AttentionUnit.CountOf(plan, heads));
    }

    private static CpuKvStore Of(KvStore store, HeadShape heads, string verb)
    {
        Require(
            heads.Heads > 0 && heads.KvHeads > 0 && heads.Heads % heads.KvHeads == 0, verb,
            $"{heads.Heads} query heads are not a multiple of {heads.KvHeads} key/value heads.");
        Require(
            store.KvHeads == heads.KvHeads && store.HeadSize == heads.HeadSize, verb,
            $"the store holds {store.KvHeads} heads of {store.HeadSize}; the step has {heads.KvHeads} of {heads.HeadSize}.");
        return store as CpuKvStore ?? throw Foreign(store);
    }

    private static ArgumentException Foreign(KvStore store) =>
        new($"The KV store belongs to another backend ({store.GetType().Name}).", nameof(store));

    private static void RequireSlots(string verb, KvStore store, ReadOnlySpan<int> slots)
    {
        var end = (long)store.Pages * KvStore.PageRows;
        foreach (var slot in slots)
        {
            Require(slot >= 0 && slot < end, verb, $"slot {slot} is outside the store of {end} slots.");
        }
    }

    private static void RequirePlan(AttentionPlan plan, KvStore store)
    {
        foreach (var slice in plan.Slices)
        {
            var blocks = (slice.Committed + slice.RowCount + KvStore.PageRows - 1) / KvStore.PageRows;
            Require(
                slice.Committed >= 0 && slice.Pages.Length >= blocks, nameof(Attend),
                $"a slice of {slice.Committed} + {slice.RowCount} rows needs {blocks} pages and has {slice.Pages.Length}.");
            foreach (var page in slice.Pages.AsSpan(0, blocks))
            {
                Require((uint)page < (uint)store.Pages, nameof(Attend), $"page {page} is outside the store of {store.Pages} pages.");
            }
        }
    }
}
