using Slerp.Engine.Backends.Cpu.Jobs;
using Slerp.Engine.Backends.Cpu.Kernels.Attention;
using Slerp.Engine.Backends.Cpu.Memory;

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
            Parts = 1,
        };
        _scratch.Reserve(_kernels.AttentionScratchBytes(pages.Layout));
        var units = AttentionUnit.CountOf(plan, heads);
        Divide(ref task, units);
        var job = new AttentionJob(_kernels, _scratch, task);
        _pool.Run(ref job, units * task.Parts);
        if (task.Parts > 1)
        {
            var combine = new CombineJob(_kernels, _scratch, task);
            _pool.Run(ref combine, units);
        }
    }

    /// <summary>Cuts units into parts by blocks where there are too few to occupy the threads evenly. Blocks are joined in order all the same.</summary>
    private void Divide(ref AttentionTask task, int units)
    {
        // Heuristic: below this the second region costs more than an idle thread.
        const int fewestBlocks = 4;
        var blocks = 0;
        var mostBlocks = 0;
        foreach (var slice in task.Plan.Slices)
        {
            blocks = Math.Max(blocks, (slice.Committed + slice.RowCount + KvStore.PageRows - 1) / KvStore.PageRows);
            mostBlocks = Math.Max(mostBlocks, slice.Pages.Length);
        }

        if (_pool.Threads == 1 || units == 0 || units >= _pool.Threads * 3 || mostBlocks < fewestBlocks)
        {
            return;
        }

        // For the longest text the slice may come to, before it is long enough to be divided: a growing text never asks again.
        task.BlockBytes = AttentionRows.BlockBytesOf(task.Layout);
        var bytes = units * (mostBlocks + 1) * task.BlockBytes;
        if (_partials is null || _partials.Bytes < bytes)
        {
            _partials?.Dispose();
            _partials = new NativeBlock(bytes);
        }

        if (blocks >= fewestBlocks)
        {
            task.Parts = Math.Min(blocks, ((_pool.Threads * 4) + units - 1) / units);
            task.BlocksPerUnit = blocks + 1;
            task.Partials = _partials.Pointer;
        }
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
