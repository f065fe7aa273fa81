using Slerp.Engine.Backends;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>Every row is in one group, and no group does more than twice the work of its slices.</summary>
public sealed class AttentionGroupingTests
{
    [Fact]
    public void AnySlices_AreEachInOneGroup_WithLittlePadding()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var plan = new AttentionPlan();
            var count = random.Next(0, 12);
            for (var slice = 0; slice < count; slice++)
            {
                var rows = random.Next(4) == 0 ? random.Next(0, 300) : random.Next(1, 9);
                plan.AddSlice(new int[100], random.Next(3) == 0 ? 0 : random.Next(5000), rows);
                int[] chain = [.. Enumerable.Range(-1, rows)];
                for (var node = 0; node < rows; node++)
                {
                    plan.AddRow(chain, node, node);
                }
            }

            var groups = AttentionGrouping.Of(plan);
            Assert.Equal(Enumerable.Range(0, count).Where(index => plan.Slices[index].RowCount > 0), groups.SelectMany(group => group).Order());
            foreach (var group in groups)
            {
                var keys = group.Select(index => (long)AttentionGrouping.KeysOf(plan.Slices[index])).ToArray();
                var rows = group.Select(index => (long)plan.Slices[index].RowCount).ToArray();
                Assert.True(group.Length * keys.Max() <= 2 * keys.Sum());
                Assert.True(group.Length * keys.Max() * rows.Max() <= 2 * keys.Zip(rows, (a, b) => a * b).Sum());
            }
        }
    }

    [Fact]
    public void StaleRowsOfOtherSequences_StayOut()
    {
        var shape = new HeadShape(2, 1, 4);
        using var backend = TestDevice.Open();
        using var workspace = backend.CreateWorkspace();
        using var store = backend.CreateKvStore(3, 1, 4, KvFormat.Float32);
        // What a failed request left in the pages is not a number.
        var spoilt = workspace.Rent(3 * KvStore.PageRows, shape.Columns);
        backend.Upload([.. Enumerable.Repeat(float.NaN, spoilt.Rows * spoilt.Columns)], spoilt);
        backend.StoreKv(spoilt, shape, store, [.. Enumerable.Range(0, spoilt.Rows)]);
        var qkv = workspace.Rent(3, shape.Columns);
        backend.Upload([.. Enumerable.Range(0, 3 * shape.Columns).Select(value => value / 10f)], qkv);
        var plan = new AttentionPlan();
        plan.AddSlice([0], 0, 2);
        plan.AddRow([-1, -1], 0, 0);
        plan.AddRow([-1, -1], 1, 0);
        plan.AddSlice([2], 0, 1);
        plan.AddRow([-1], 0, 0);
        backend.StoreKv(qkv, shape, store, [0, 1, 128]);
        var y = workspace.Rent(3, shape.QueryColumns);
        backend.Attend(qkv, shape, store, plan, y);
        var values = new float[shape.QueryColumns];
        for (var row = 0; row < 3; row++)
        {
            backend.Download(y, row, values);
            Assert.All(values, value => Assert.True(float.IsFinite(value)));
        }
    }
}
