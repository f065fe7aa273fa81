using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu.Kernels.Reference;

namespace Slerp.Engine.Tests.Backends;

public abstract partial class BackendConformance
{
    private static readonly KvFormat[] KvFormats = [KvFormat.Float32, KvFormat.BFloat16];

    public static TheoryData<int, int, int, int, int, int> AttentionShapes => new()
    {
        // heads, kv heads, head size, committed, rows, window
        { 1, 1, 2, 0, 1, 0 }, { 4, 4, 8, 0, 3, 0 }, { 8, 4, 8, 5, 1, 0 }, { 9, 3, 64, 63, 1, 0 }, { 9, 3, 64, 64, 1, 0 }, { 9, 3, 64, 60, 9, 0 },
        { 32, 4, 64, 130, 3, 0 }, { 2, 1, 40, 0, 150, 0 }, { 6, 2, 128, 70, 14, 0 }, { 3, 1, 31, 100, 4, 0 }, { 4, 2, 16, 0, 200, 70 },
        { 40, 1, 96, 60, 7, 0 }, { 4, 2, 32, 100, 70, 50 }, { 4, 2, 16, 300, 1, 1 }, { 4, 2, 16, 129, 5, 64 }, { 4, 2, 16, 127, 70, 33 },
    };

    [Theory]
    [MemberData(nameof(AttentionShapes))]
    public void Attend_Chain_EqualsReference(int heads, int kvHeads, int headSize, int committed, int rows, int window)
    {
        foreach (var format in KvFormats)
        {
            var shape = new HeadShape(heads, kvHeads, headSize);
            var parents = Enumerable.Range(-1, rows).ToArray();
            CheckAttention(shape, committed, parents, window, format);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(60)]
    [InlineData(64)]
    [InlineData(125)]
    public void Attend_Tree_EqualsReference(int committed)
    {
        int[] parents = [-1, 0, 0, 1, 2, 4, 3, -1, 7, 5, 9, 10];
        foreach (var format in KvFormats)
        {
            CheckAttention(new HeadShape(6, 2, 24), committed, parents, 0, format);
            CheckAttention(new HeadShape(6, 2, 24), committed, parents, 5, format);
            CheckAttention(new HeadShape(6, 2, 64), committed, parents, 0, format);
            CheckAttention(new HeadShape(6, 2, 64), committed, parents, 5, format);
        }
    }

    [Fact]
    public void CreateKvStore_FormatThatIsNoWidth_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Backend.CreateKvStore(1, 1, 8, KvFormat.AsWeights));

    [Fact]
    public void Attend_LargeTreeOverPageBorders_EqualsReference()
    {
        var random = new Random(70);
        var parents = Enumerable.Range(0, 150).Select(node => node == 0 ? -1 : random.Next(Math.Max(-1, node - 6), node)).ToArray();
        foreach (var format in KvFormats)
        {
            CheckAttention(new HeadShape(4, 2, 16), 50, parents, 0, format);
            CheckAttention(new HeadShape(4, 2, 32), 50, parents, 0, format);
        }
    }

    [Fact]
    public void Attend_SeveralSlices_SeeOnlyTheirOwnPages()
    {
        var shape = new HeadShape(4, 2, 16);
        using var store = Backend.CreateKvStore(12, shape.KvHeads, shape.HeadSize, KvFormat.Float32);
        var plan = new AttentionPlan();
        var expected = new List<float>();
        var step = new List<float>();
        int[][] pages = [[7, 3], [2, 9], [5]];
        int[] committed = [100, 64, 0];
        int[] rows = [1, 7, 2];
        var inputs = new List<(float[] History, float[] Step, int[] Parents)>();
        for (var slice = 0; slice < 3; slice++)
        {
            var history = Noise.Of(80 + slice, committed[slice] * shape.Columns);
            var current = Noise.Of(90 + slice, rows[slice] * shape.Columns);
            var parents = Enumerable.Range(-1, rows[slice]).ToArray();
            Store(store, shape, history, pages[slice], 0);
            Store(store, shape, current, pages[slice], committed[slice]);
            AddSlice(plan, pages[slice], committed[slice], parents);
            step.AddRange(current);
            expected.AddRange(ExpectedAttention(shape, history, current, parents, 0, KvFormat.Float32));
        }

        var y = Workspace.Rent(10, shape.QueryColumns);
        Backend.Attend(Upload([.. step], 10, shape.Columns), shape, store, plan, y);
        AssertClose([.. expected], y);
    }

    [Theory]
    [InlineData(KvFormat.Float32)]
    [InlineData(KvFormat.BFloat16)]
    public void CopyKv_MovesRowsInOrder(KvFormat format)
    {
        var shape = new HeadShape(2, 1, 10);
        using var store = Backend.CreateKvStore(3, 1, 10, format);
        var rows = Noise.Of(100, 4 * shape.Columns);
        Backend.StoreKv(Upload(rows, 4, shape.Columns), shape, store, [1, 70, 71, 130]);
        // Row 71 travels over 1 to 0; 0, 1, 2 then hold rows 2, 0 and 3 of the list.
        Backend.CopyKv(store, [1, 71, 130], [2, 0, 1]);
        Backend.CopyKv(store, [1, 2, 1], [3, 1, 1]);
        Backend.CopyKv(store, [3], [2]);
        var query = Noise.Of(101, shape.Columns);
        var plan = new AttentionPlan();
        plan.AddSlice([0], 2, 1);
        plan.AddRow([-1], 0, 0);
        var y = Workspace.Rent(1, shape.QueryColumns);
        Backend.Attend(Upload(query, 1, shape.Columns), shape, store, plan, y);
        float[] history = [.. rows[(2 * shape.Columns)..(3 * shape.Columns)], .. rows[..shape.Columns]];
        float[] current = [.. query[..shape.QueryColumns], .. rows[((3 * shape.Columns) + shape.QueryColumns)..]];
        AssertClose(ExpectedAttention(shape, history, current, [-1], 0, format), y, ToleranceOf(format));
    }

    [Fact]
    public void Attention_WhatDoesNotFit_IsRefused()
    {
        var shape = new HeadShape(4, 2, 8);
        using var store = Backend.CreateKvStore(2, 2, 8, KvFormat.Float32);
        Assert.Equal((2, 2, 8, KvFormat.Float32), (store.Pages, store.KvHeads, store.HeadSize, store.Format));
        Assert.True(store.PageBytes >= 2L * 2 * 8 * 64 * 4);
        var qkv = Workspace.Rent(1, shape.Columns);
        Assert.Throws<ArgumentException>(() => Backend.StoreKv(qkv, shape, store, [128]));
        Assert.Throws<ArgumentException>(() => Backend.StoreKv(qkv, shape, store, [-1]));
        Assert.Throws<ArgumentException>(() => Backend.StoreKv(qkv, shape, store, [0, 1]));
        Assert.Throws<ArgumentException>(() => Backend.CopyKv(store, [0], [0, 1]));
        Assert.Throws<ArgumentException>(() => Backend.StoreKv(Workspace.Rent(1, 56), new HeadShape(5, 1, 8), store, [0]));
        var plan = new AttentionPlan();
        plan.AddSlice([0], 64, 1);
        plan.AddRow([-1], 0, 0);
        Assert.Throws<ArgumentException>(() => Backend.Attend(qkv, shape, store, plan, Workspace.Rent(1, shape.QueryColumns)));
        plan.SetPages(0, [0, 2], 64);
        Assert.Throws<ArgumentException>(() => Backend.Attend(qkv, shape, store, plan, Workspace.Rent(1, shape.QueryColumns)));
    }

    private protected static void AddSlice(AttentionPlan plan, int[] pages, int committed, int[] parents)
    {
        plan.AddSlice(pages, committed, parents.Length);
        var depths = new int[parents.Length];
        for (var node = 0; node < parents.Length; node++)
        {
            depths[node] = parents[node] < 0 ? 0 : depths[parents[node]] + 1;
            plan.AddRow(parents, node, depths[node]);
        }
    }

    private protected void Store(KvStore store, HeadShape shape, float[] rows, int[] pages, int firstPlace)
    {
        var count = rows.Length / shape.Columns;
        var slots = Enumerable.Range(firstPlace, count).Select(place => (pages[place / 64] * 64) + (place % 64)).ToArray();
        Backend.StoreKv(Upload(rows, count, shape.Columns), shape, store, slots);
    }

    private void CheckAttention(HeadShape shape, int committed, int[] parents, int window, KvFormat format)
    {
        var pageCount = (committed + parents.Length + 63) / 64;
        var pages = Enumerable.Range(0, pageCount).Select(block => (block * 2) + 1).Reverse().ToArray();
        using var store = Backend.CreateKvStore((pageCount * 2) + 1, shape.KvHeads, shape.HeadSize, format);
        var history = Noise.Of(71, committed * shape.Columns);
        var step = Noise.Of(72, parents.Length * shape.Columns).Select(value => value * 3).ToArray();
        Store(store, shape, history, pages, 0);
        Store(store, shape, step, pages, committed);
        var plan = new AttentionPlan();
        AddSlice(plan, pages, committed, parents);
        plan.Window = window;
        var y = Workspace.Rent(parents.Length, shape.QueryColumns);
        Backend.Attend(Upload(step, parents.Length, shape.Columns), shape, store, plan, y);
        AssertClose(ExpectedAttention(shape, history, step, parents, window, format), y, ToleranceOf(format));
    }

    private static float[] ExpectedAttention(HeadShape shape, float[] history, float[] step, int[] parents, int window, KvFormat format)
    {
        var y = new float[parents.Length * shape.QueryColumns];
        for (var row = 0; row < parents.Length; row++)
        {
            var path = new List<int>();
            for (var node = row; node >= 0; node = parents[node])
            {
                path.Insert(0, node);
            }

            var seen = Enumerable.Range(0, history.Length / shape.Columns).Select(index => history.AsMemory(index * shape.Columns, shape.Columns))
                .Concat(path.Select(node => step.AsMemory(node * shape.Columns, shape.Columns))).ToArray();
            seen = window > 0 ? seen[^Math.Min(window, seen.Length)..] : seen;
            for (var head = 0; head < shape.Heads; head++)
            {
                var offset = shape.QueryColumns + (head / shape.GroupSize * shape.HeadSize);
                var keys = Values(seen, offset, shape.HeadSize, format);
                var values = Values(seen, offset + shape.KvColumns, shape.HeadSize, format);
                ReferenceRows.Attend(
                    step.AsSpan((row * shape.Columns) + (head * shape.HeadSize), shape.HeadSize), keys, values,
                    y.AsSpan((row * shape.QueryColumns) + (head * shape.HeadSize), shape.HeadSize));
            }
        }

        return y;
    }

    private static float[] Values(Memory<float>[] rows, int offset, int count, KvFormat format)
    {
        var values = rows.SelectMany(row => row.Slice(offset, count).ToArray()).ToArray();
        if (format == KvFormat.BFloat16)
        {
            ReferenceQuantization.BFloat16Values(values, values);
        }

        return values;
    }
}
