using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;

namespace Slerp.Engine.Tests.Backends.Cpu;

/// <summary>The law of bits: batched = alone, chunked = whole, a tree's path = the chain, whatever the thread count, at every level of this machine.</summary>
public sealed class CpuLawTests
{
    /// <summary>Of a width that no tile takes, and of one that they do; groups that lie across tiles.</summary>
    private static readonly HeadShape[] HeadShapes = [new(6, 2, 24), new(6, 2, 64)];

    private static readonly KvFormat[] KvFormats = [KvFormat.Float32, KvFormat.BFloat16];

    public static TheoryData<string, int> LevelsAndThreads
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var level in Enum.GetValues<CpuLevel>().Where(level => CpuLevels.Includes(CpuLevels.Best(), level)))
            {
                foreach (var threads in new[] { 1, 2, 3, 5 })
                {
                    data.Add(level.ToString(), threads);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndThreads))]
    public void Products_BatchedEqualsAlone(string level, int threads)
    {
        const int rows = 45, outputs = 130;
        // Off every block's size, and a whole number of them.
        foreach (var inputs in new[] { 150, 160 })
        {
            ProductsOf(level, threads, rows, inputs, outputs);
        }
    }

    private static void ProductsOf(string level, int threads, int rows, int inputs, int outputs)
    {
        var x = Noise.Of(1, rows * inputs);
        var before = Noise.Of(2, rows * outputs);
        foreach (var format in Enum.GetValues<WeightFormat>())
        {
            using var alone = new Bench(level, 1);
            var expected = alone.Products(format, x, before, rows, inputs, outputs, 1);
            using var bench = new Bench(level, threads);
            foreach (var batch in new[] { 1, 2, 3, 5, 8, 13, 45 })
            {
                Assert.Equal(expected, bench.Products(format, x, before, rows, inputs, outputs, batch));
            }
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndThreads))]
    public void Attend_ChunkedEqualsWholeEqualsRowByRow(string level, int threads)
    {
        const int rows = 200;
        foreach (var heads in HeadShapes)
        {
            var qkv = Noise.Of(3, rows * heads.Columns);
            foreach (var window in new[] { 0, 37 })
            {
                foreach (var format in KvFormats)
                {
                    using var alone = new Bench(level, 1);
                    var expected = alone.Chain(heads, qkv, rows, 1, window, format, [0, 1, 2, 3]);
                    using var bench = new Bench(level, threads);
                    foreach (var chunk in new[] { 200, 64, 33, 7 })
                    {
                        Assert.Equal(expected, bench.Chain(heads, qkv, rows, chunk, window, format, [3, 0, 2, 1]));
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndThreads))]
    public void Attend_TreePathEqualsChain(string level, int threads)
    {
        foreach (var heads in HeadShapes)
        {
            var random = new Random(4);
            foreach (var committed in new[] { 0, 3, 60, 100 })
            {
                var parents = Enumerable.Range(0, 40).Select(node => node == 0 ? -1 : random.Next(Math.Max(-1, node - 4), node)).ToArray();
                var history = Noise.Of(5, committed * heads.Columns);
                var nodes = Noise.Of(6, parents.Length * heads.Columns);
                foreach (var format in KvFormats)
                {
                    TreePathsEqualChains(level, threads, heads, history, nodes, parents, format);
                }
            }
        }
    }

    private static void TreePathsEqualChains(
        string level, int threads, HeadShape heads, float[] history, float[] nodes, int[] parents, KvFormat format)
    {
        using var bench = new Bench(level, threads);
        var tree = bench.Tree(heads, history, nodes, parents, format);
        for (var leaf = 0; leaf < parents.Length; leaf++)
        {
            var path = new List<int>();
            for (var node = leaf; node >= 0; node = parents[node])
            {
                path.Insert(0, node);
            }

            float[] chain = [.. history, .. path.SelectMany(node => nodes.Skip(node * heads.Columns).Take(heads.Columns))];
            var rows = chain.Length / heads.Columns;
            var last = bench.Chain(heads, chain, rows, rows, 0, format, [1, 2, 0])[^heads.QueryColumns..];
            Assert.Equal(last, tree[(leaf * heads.QueryColumns)..((leaf + 1) * heads.QueryColumns)]);
        }
    }

    /// <summary>A page is not cleared when it changes hands: what its last owner left must not reach the next, be it an infinity.</summary>
    [Theory]
    [MemberData(nameof(LevelsAndThreads))]
    public void Attend_PageOfAnother_LeavesNothing(string level, int threads)
    {
        const int rows = 70;
        foreach (var heads in HeadShapes)
        {
            var qkv = Noise.Of(14, rows * heads.Columns);
            var poison = Enumerable.Repeat(float.PositiveInfinity, 128 * heads.Columns).ToArray();
            foreach (var format in KvFormats)
            {
                using var bench = new Bench(level, threads);
                foreach (var window in new[] { 0, 37 })
                {
                    Assert.Equal(bench.Chain(heads, qkv, rows, 1, window, format, [0, 1]), bench.Chain(heads, qkv, rows, 33, window, format, [1, 0], poison));
                }

                int[] parents = [-1, 0, 0, 1, 2, 4, 3, -1, 7, 5, 9, 10];
                var (history, nodes) = (qkv[..(58 * heads.Columns)], qkv[(58 * heads.Columns)..]);
                Assert.Equal(bench.Tree(heads, history, nodes, parents, format), bench.Tree(heads, history, nodes, parents, format, poison));
            }
        }
    }

    [Fact]
    public void SteadyStep_AllocatesNothing()
    {
        using var bench = new Bench(CpuLevels.Best().ToString(), 2);
        var step = bench.PrepareStep();
        for (var warm = 0; warm < 5; warm++)
        {
            step();
        }

        // The runtime's own locks may allocate once, where threads meet; a step that allocates does so in every round.
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < 50; round++)
            {
                step();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private sealed class Bench : IDisposable
    {
        private readonly CpuBackend _backend;
        private readonly Workspace _workspace;

        public Bench(string level, int threads)
        {
            _backend = new CpuBackend(new CpuBackendOptions(threads, Enum.Parse<CpuLevel>(level)));
            _workspace = _backend.CreateWorkspace();
        }

        public void Dispose()
        {
            _workspace.Dispose();
            _backend.Dispose();
        }

        public int[] Products(WeightFormat format, float[] x, float[] before, int rows, int inputs, int outputs, int batch)
        {
            var results = new List<float>();
            using var matrix = _backend.LoadMatrix([TestWeight.Random(7, outputs, inputs)], format);
            using var gated = _backend.LoadGatedMatrix(TestWeight.Random(8, outputs, inputs), TestWeight.Random(9, outputs, inputs), format);
            for (var row = 0; row < rows; row += batch)
            {
                _workspace.Reset();
                var count = Math.Min(batch, rows - row);
                var source = Upload(x[(row * inputs)..((row + count) * inputs)], count, inputs);
                var sum = Upload(before[(row * outputs)..((row + count) * outputs)], count, outputs);
                var product = _workspace.Rent(count, outputs);
                var gate = _workspace.Rent(count, outputs);
                _backend.Linear(matrix, source, null, product);
                _backend.LinearAdd(matrix, source, null, sum);
                _backend.GatedLinear(gated, source, gate);
                for (var index = 0; index < count; index++)
                {
                    results.AddRange(Row(product, index));
                    results.AddRange(Row(sum, index));
                    results.AddRange(Row(gate, index));
                }
            }

            return Bits(results);
        }

        public int[] Chain(HeadShape heads, float[] qkv, int rows, int chunk, int window, KvFormat format, int[] pages, float[]? before = null)
        {
            var results = new List<float>();
            using var store = _backend.CreateKvStore(pages.Length, heads.KvHeads, heads.HeadSize, format);
            Leave(heads, store, before, pages);
            for (var row = 0; row < rows; row += chunk)
            {
                var count = Math.Min(chunk, rows - row);
                results.AddRange(Step(heads, store, qkv, row, count, window, pages, [.. Enumerable.Range(-1, count)]));
            }

            return Bits(results);
        }

        public int[] Tree(HeadShape heads, float[] history, float[] nodes, int[] parents, KvFormat format, float[]? before = null)
        {
            using var store = _backend.CreateKvStore(3, heads.KvHeads, heads.HeadSize, format);
            var committed = history.Length / heads.Columns;
            int[] pages = [2, 0, 1];
            Leave(heads, store, before, pages);
            if (committed > 0)
            {
                _ = Step(heads, store, history, 0, committed, 0, pages, [.. Enumerable.Range(-1, committed)]);
            }

            return Bits(Step(heads, store, [.. history, .. nodes], committed, parents.Length, 0, pages, parents));
        }

        public Action PrepareStep()
        {
            const int width = 96;
            var matrices = Enum.GetValues<WeightFormat>().Select(format => _backend.LoadMatrix([TestWeight.Random(10, width, width)], format)).ToArray();
            var gated = _backend.LoadGatedMatrix(TestWeight.Random(11, width, width), TestWeight.Random(12, width, width), WeightFormat.Int8Block32);
            var norm = _backend.LoadVector([TestWeight.Random(13, 1, width)]);
            var store = _backend.CreateKvStore(4, 1, 32, KvFormat.BFloat16);
            var shape = new HeadShape(1, 1, 32);
            var plan = new AttentionPlan();
            int[] pages = [0, 1];
            int[] parents = [-1, 0, 0];
            int[] slots = [100, 101, 102];
            var best = new int[3];
            var (indices, values) = (new int[12], new float[12]);
            return () =>
            {
                _workspace.Reset();
                plan.Clear();
                plan.AddSlice(pages, 100, 3);
                plan.AddRow(parents, 0, 0);
                plan.AddRow(parents, 1, 1);
                plan.AddRow(parents, 2, 1);
                var x = _workspace.Rent(3, width);
                var y = _workspace.Rent(3, width);
                _backend.Embed(matrices[0], parents.AsSpan(1, 2), _workspace.Rent(2, width));
                _backend.RmsNorm(x, norm, 1e-5f, y);
                foreach (var matrix in matrices)
                {
                    _backend.Linear(matrix, y, null, x);
                    _backend.LinearAdd(matrix, y, null, x);
                }

                _backend.GatedLinear(gated, x, y);
                _backend.Rotate(y, shape, _workspace.Rent(3, 32));
                _backend.StoreKv(y, shape, store, slots);
                _backend.Attend(y, shape, store, plan, _workspace.Rent(3, 32));
                _backend.ArgMax(x, best);
                _backend.TopK(x, 4, indices, values);
            };
        }

        /// <summary>What the pages' last owner left in them.</summary>
        private void Leave(HeadShape heads, KvStore store, float[]? rows, int[] pages)
        {
            if (rows is not null)
            {
                var count = rows.Length / heads.Columns;
                _ = Step(heads, store, rows, 0, count, 0, pages, [.. Enumerable.Range(-1, count)]);
            }
        }

        private List<float> Step(HeadShape heads, KvStore store, float[] qkv, int first, int count, int window, int[] pages, int[] parents)
        {
            _workspace.Reset();
            var rows = Upload(qkv[(first * heads.Columns)..((first + count) * heads.Columns)], count, heads.Columns);
            _backend.StoreKv(
                rows, heads, store, Enumerable.Range(first, count).Select(place => (pages[place / 64] * 64) + (place % 64)).ToArray());
            var plan = new AttentionPlan { Window = window };
            var depths = new int[count];
            plan.AddSlice(pages, first, count);
            for (var node = 0; node < count; node++)
            {
                depths[node] = parents[node] < 0 ? 0 : depths[parents[node]] + 1;
                plan.AddRow(parents, node, depths[node]);
            }

            var y = _workspace.Rent(count, heads.QueryColumns);
            _backend.Attend(rows, heads, store, plan, y);
            return [.. Enumerable.Range(0, count).SelectMany(row => Row(y, row))];
        }

        private Tensor Upload(float[] values, int rows, int columns)
        {
            var tensor = _workspace.Rent(rows, columns);
            _backend.Upload(values, tensor);
            return tensor;
        }

        private float[] Row(Tensor tensor, int row)
        {
            var values = new float[tensor.Columns];
            _backend.Download(tensor, row, values);
            return values;
        }

        private static int[] Bits(IEnumerable<float> values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
    }
}
