using System.Runtime.InteropServices;
using Slerp.Engine.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <content>The KV cache's rows, and attention over them.</content>
internal sealed partial class TorchBackend
{
    // Heuristic: up to so many rows, the query heads of a group stand as rows before their one key head; beyond, copies of the keys cost less than the wider mask.
    private const int MostFoldedRows = 128;

    private readonly HashSet<int> _written = [];
    private torch.Tensor? _placesInPage;

    /// <inheritdoc />
    public void StoreKv(Tensor qkv, HeadShape heads, KvStore store, ReadOnlySpan<int> slots)
    {
        var pages = Expect.Own(store, heads, nameof(StoreKv));
        var source = Expect.Shaped(nameof(StoreKv), nameof(qkv), qkv, slots.Length, heads.Columns);
        Expect.Within(nameof(StoreKv), "slot", slots, (long)store.Pages * KvStore.PageRows);
        using var scope = torch.NewDisposeScope();
        try
        {
            var rows = source.Value.narrow(1, heads.QueryColumns, 2L * heads.KvColumns).to(TorchKvStore.TypeOf(store.Format));
            pages.Rows.index_copy_(0, _host.Indices(slots), rows);
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(StoreKv), failure);
        }
    }

    /// <inheritdoc />
    public void CopyKv(KvStore store, ReadOnlySpan<int> sourceSlots, ReadOnlySpan<int> destinationSlots)
    {
        var pages = Expect.Own(store);
        Expect.That(
            sourceSlots.Length == destinationSlots.Length, nameof(CopyKv),
            $"{sourceSlots.Length} sources were given for {destinationSlots.Length} destinations.");
        Expect.Within(nameof(CopyKv), "slot", sourceSlots, (long)store.Pages * KvStore.PageRows);
        Expect.Within(nameof(CopyKv), "slot", destinationSlots, (long)store.Pages * KvStore.PageRows);
        try
        {
            // In order, though at once: a run ends before a row that an earlier copy of it wrote is read or written again.
            var start = 0;
            _written.Clear();
            for (var index = 0; index < sourceSlots.Length; index++)
            {
                if (_written.Contains(sourceSlots[index]) || !_written.Add(destinationSlots[index]))
                {
                    Move(pages, sourceSlots[start..index], destinationSlots[start..index]);
                    start = index;
                    _written.Clear();
                    _written.Add(destinationSlots[index]);
                }
            }

            Move(pages, sourceSlots[start..], destinationSlots[start..]);
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(CopyKv), failure);
        }
    }

    /// <inheritdoc />
    /// <remarks>Reduced as libtorch's fused kernels do, in 32 bits; q, k and v are multiplied in 16 where the store holds 16 and the backend is narrow.</remarks>
    public void Attend(Tensor qkv, HeadShape heads, KvStore store, AttentionPlan plan, Tensor destination)
    {
        var pages = Expect.Own(store, heads, nameof(Attend));
        var source = Expect.Shaped(nameof(Attend), nameof(qkv), qkv, plan.RowCount, heads.Columns);
        var target = Expect.Shaped(nameof(Attend), nameof(destination), destination, plan.RowCount, heads.QueryColumns);
        Expect.Within(nameof(Attend), plan, store);
        using var scope = torch.NewDisposeScope();
        try
        {
            var type = _isNarrow && store.Format == KvFormat.BFloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
            var queries = source.Value.narrow(1, 0, heads.QueryColumns).to(type);
            torch.Tensor? all = null;
            foreach (var group in _layout.GroupsOf(plan))
            {
                var mixed = Attend(group, queries, heads, KeysAndValues(group, plan, pages, type));
                var real = group.RealRows is null ? mixed : mixed.index_select(0, group.RealRows);
                all = group.Destinations is null
                    ? real
                    : (all ?? torch.empty(plan.RowCount, heads.QueryColumns, dtype: type, device: _device)).index_copy_(0, group.Destinations, real);
            }

            if (all is not null)
            {
                target.Set(all);
            }
        }
        catch (ExternalException failure)
        {
            throw Failed(nameof(Attend), failure);
        }
    }

    private void Move(TorchKvStore pages, ReadOnlySpan<int> sources, ReadOnlySpan<int> destinations)
    {
        if (sources.Length > 0)
        {
            using var scope = torch.NewDisposeScope();
            pages.Rows.index_copy_(0, _host.Indices(destinations), pages.Rows.index_select(0, _host.Indices(sources)));
        }
    }

    /// <summary>Mixed rows [slices · R, heads · dh] of a group.</summary>
    private static torch.Tensor Attend(AttentionGroup group, torch.Tensor queries, HeadShape heads, torch.Tensor keysAndValues)
    {
        var (slices, rows, size) = (group.Slices.Length, group.Rows, heads.HeadSize);
        var mine = group.StepRows is null ? queries.narrow(0, group.FirstRow, (long)slices * rows) : queries.index_select(0, group.StepRows);
        // [2, slices, key/value heads, S, dh].
        var both = keysAndValues.view(slices, group.Keys, 2, heads.KvHeads, size).permute(2, 0, 3, 1, 4);
        var (keys, values) = (both.select(0, 0), both.select(0, 1));
        if (rows <= MostFoldedRows && !group.IsCausal)
        {
            var folded = mine.view(slices, rows, heads.KvHeads, heads.GroupSize, size).permute(0, 2, 1, 3, 4)
                .reshape(slices, heads.KvHeads, rows * heads.GroupSize, size);
            var mask = group.Mask is null || heads.GroupSize == 1
                ? group.Mask
                : group.Mask.unsqueeze(3).expand(slices, 1, rows, heads.GroupSize, group.Keys).reshape(slices, 1, rows * heads.GroupSize, group.Keys);
            return Mix(folded, keys, values, mask, isCausal: false)
                .reshape(slices, heads.KvHeads, rows, heads.GroupSize, size).permute(0, 2, 1, 3, 4).reshape((long)slices * rows, heads.QueryColumns);
        }

        var query = mine.view(slices, rows, heads.Heads, size).permute(0, 2, 1, 3);
        return Mix(query, Repeat(keys), Repeat(values), group.Mask, group.IsCausal).permute(0, 2, 1, 3).reshape((long)slices * rows, heads.QueryColumns);

        torch.Tensor Repeat(torch.Tensor kept) => heads.GroupSize == 1
            ? kept
            : kept.unsqueeze(2).expand(slices, heads.KvHeads, heads.GroupSize, group.Keys, size).reshape(slices, heads.Heads, group.Keys, size);
    }

    private static torch.Tensor Mix(torch.Tensor queries, torch.Tensor keys, torch.Tensor values, torch.Tensor? mask, bool isCausal) =>
        torch.nn.functional.scaled_dot_product_attention(queries, keys, values, mask, p: 0, is_casual: isCausal);

    /// <summary>The rows of the store that a group's slices hold [slices · S, 2 · key/value heads · dh].</summary>
    private torch.Tensor KeysAndValues(AttentionGroup group, AttentionPlan plan, TorchKvStore store, torch.ScalarType type)
    {
        var blocks = (group.Keys + KvStore.PageRows - 1) / KvStore.PageRows;
        var pages = new int[group.Slices.Length * blocks];
        for (var place = 0; place < group.Slices.Length; place++)
        {
            var slice = plan.Slices[group.Slices[place]];
            var held = (AttentionGrouping.KeysOf(slice) + KvStore.PageRows - 1) / KvStore.PageRows;
            slice.Pages.AsSpan(0, held).CopyTo(pages.AsSpan(place * blocks));
            pages.AsSpan((place * blocks) + held, blocks - held).Fill(slice.Pages[0]);
        }

        _placesInPage ??= _host.Indices([.. Enumerable.Range(0, KvStore.PageRows)]).DetachFromDisposeScope();
        var slots = _host.Indices(pages).mul_(Scalars.PageRows).unsqueeze(1).add(_placesInPage, Scalars.One).view(group.Slices.Length, -1).narrow(1, 0, group.Keys);
        if (group.RealKeys is not null)
        {
            // A place beyond a slice's keys stands for its first: other sequences' rows, whatever they hold, stay out.
            slots = slots.where(group.RealKeys, slots.narrow(1, 0, 1));
        }

        return store.Rows.index_select(0, slots.reshape(-1)).to(type);
    }
}
