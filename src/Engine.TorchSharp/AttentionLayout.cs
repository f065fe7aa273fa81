using System.Runtime.InteropServices;
using Slerp.Engine.Backends;
using TorchSharp;

namespace Slerp.Engine.TorchSharp;

/// <summary>The groups of the step at hand, with masks on the device. The layers of a step differ in pages alone: what they share is made once.</summary>
internal sealed class AttentionLayout(HostTransfer host) : IDisposable
{
    private readonly List<AttentionGroup> _groups = [];
    private List<int> _known = [];
    private List<int> _asked = [];

    /// <summary>The groups of a plan; valid until the next call.</summary>
    public IReadOnlyList<AttentionGroup> GroupsOf(AttentionPlan plan)
    {
        Describe(plan, _asked);
        if (!_asked.SequenceEqual(_known))
        {
            // Forgotten first: where making the new groups fails, the next call begins anew.
            _known.Clear();
            Dispose();
            foreach (var slices in AttentionGrouping.Of(plan))
            {
                _groups.Add(Build(plan, slices));
            }

            (_known, _asked) = (_asked, _known);
        }

        return _groups;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var group in _groups)
        {
            group.Dispose();
        }

        _groups.Clear();
    }

    /// <summary>All of a plan that groups and masks depend on.</summary>
    private static void Describe(AttentionPlan plan, List<int> description)
    {
        description.Clear();
        description.Add(plan.Window);
        description.Add(plan.SliceCount);
        foreach (var slice in plan.Slices)
        {
            description.Add(slice.Committed);
            description.Add(slice.RowCount);
        }

        foreach (var row in plan.Rows)
        {
            description.Add(row.Depth);
            description.Add(row.IdentityDepth);
            description.AddRange(plan.Path(row));
        }
    }

    private AttentionGroup Build(AttentionPlan plan, int[] slices)
    {
        var rows = slices.Max(index => plan.Slices[index].RowCount);
        var keys = slices.Max(index => AttentionGrouping.KeysOf(plan.Slices[index]));
        var isCausal = slices.Length == 1 && AttentionGrouping.IsCausal(plan, plan.Slices[slices[0]]);
        var (stepRows, realRows, destinations) = (new List<int>(), new List<int>(), new List<int>());
        foreach (var index in slices)
        {
            var slice = plan.Slices[index];
            for (var row = 0; row < rows; row++)
            {
                if (row < slice.RowCount)
                {
                    realRows.Add(stepRows.Count);
                    destinations.Add(slice.FirstRow + row);
                }

                stepRows.Add(slice.FirstRow + (row < slice.RowCount ? row : 0));
            }
        }

        return new AttentionGroup
        {
            Slices = slices,
            Rows = rows,
            Keys = keys,
            IsCausal = isCausal,
            FirstRow = stepRows[0],
            Mask = isCausal || SeeAll(plan, slices, keys) ? null : MaskOf(plan, slices, rows, keys),
            StepRows = InOrder(stepRows, stepRows[0]) ? null : Kept(stepRows),
            RealRows = realRows.Count == stepRows.Count ? null : Kept(realRows),
            Destinations = destinations.Count == plan.RowCount && InOrder(destinations, 0) ? null : Kept(destinations),
            RealKeys = Array.TrueForAll(slices, index => AttentionGrouping.KeysOf(plan.Slices[index]) == keys) ? null : RealKeys(plan, slices, keys),
        };
    }

    private static bool InOrder(List<int> rows, int first) => rows.SequenceEqual(Enumerable.Range(first, rows.Count));

    private static bool SeeAll(AttentionPlan plan, int[] slices, int keys) => Array.TrueForAll(
        slices, index => AttentionMask.SeesAll(plan, plan.Slices[index]) && AttentionGrouping.KeysOf(plan.Slices[index]) == keys);

    private torch.Tensor Kept(List<int> rows) => host.Indices(CollectionsMarshal.AsSpan(rows)).DetachFromDisposeScope();

    private torch.Tensor MaskOf(AttentionPlan plan, int[] slices, int rows, int keys)
    {
        var places = (long)slices.Length * rows * keys;
        if (places > Array.MaxLength)
        {
            throw new DeviceException(
                $"Attention of {rows:N0} rows over {keys:N0} keys needs a mask of {places:N0} truth values; at most {Array.MaxLength:N0} can be made. Lower PrefillChunkTokens.",
                isTransient: false);
        }

        var mask = new bool[places];
        for (var place = 0; place < slices.Length; place++)
        {
            AttentionMask.Fill(plan, plan.Slices[slices[place]], mask.AsSpan(place * rows * keys, rows * keys), keys);
        }

        return host.Upload<bool>(mask, torch.ScalarType.Bool, slices.Length, 1, rows, keys).DetachFromDisposeScope();
    }

    private torch.Tensor RealKeys(AttentionPlan plan, int[] slices, int keys)
    {
        var real = new bool[checked(slices.Length * keys)];
        for (var place = 0; place < slices.Length; place++)
        {
            real.AsSpan(place * keys, AttentionGrouping.KeysOf(plan.Slices[slices[place]])).Fill(true);
        }

        return host.Upload<bool>(real, torch.ScalarType.Bool, slices.Length, keys).DetachFromDisposeScope();
    }
}
