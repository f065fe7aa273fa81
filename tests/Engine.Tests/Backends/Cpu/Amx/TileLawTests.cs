using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;
using Slerp.Engine.Backends.Cpu.Kernels;
using Slerp.Engine.Backends.Cpu.Kernels.Amx;
using Slerp.Engine.Backends.Cpu.Kernels.Products;
using Slerp.Engine.Backends.Cpu.Threading;

namespace Slerp.Engine.Tests.Backends.Cpu.Amx;

/// <summary>What holds of the tile unit where this process has it; elsewhere both sides are the same kernels, and the tests say little.</summary>
public sealed class TileLawTests
{
    /// <summary>Widths of one block and more, odd and even numbers of them, and panels that are not full.</summary>
    public static TheoryData<int, int> Shapes => new() { { 32, 16 }, { 64, 17 }, { 96, 64 }, { 128, 33 }, { 544, 100 }, { 1056, 48 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_OfAnyNumberOfRows_EqualTheRowAlone(int inputs, int outputs)
    {
        const int rows = 70;
        var x = Noise.Of(1, rows * inputs);
        foreach (var format in new[] { WeightFormat.BFloat16, WeightFormat.Int8Block32 })
        {
            var alone = Multiply(CpuLevels.Best(), format, x, rows, inputs, outputs, 1);
            foreach (var batch in new[] { 6, 7, 16, 17, 31, 32, 33, 70 })
            {
                Assert.Equal(alone, Multiply(CpuLevels.Best(), format, x, rows, inputs, outputs, batch));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void IntegersThroughMachineCode_EqualThoseThroughVectors(int inputs, int outputs)
    {
        const int rows = 40;
        var x = Noise.Of(2, rows * inputs);
        foreach (var format in new[] { WeightFormat.Int8Block32, WeightFormat.Int4Block32 })
        {
            var expected = Multiply(LevelOrBest(CpuLevel.Avx2), format, x, rows, inputs, outputs, rows);
            foreach (var level in new[] { LevelOrBest(CpuLevel.Avx512WideVnni), CpuLevels.Best() })
            {
                // Every height of a tile of 12 rows, and what a tile of 16 leaves over.
                foreach (var batch in Enumerable.Range(1, 17).Append(rows))
                {
                    Assert.Equal(expected, Multiply(level, format, x, rows, inputs, outputs, batch));
                }
            }
        }
    }

    /// <summary>What an infinity makes of a row is no use to anybody, but it is the same in any company.</summary>
    [Fact]
    public void Infinity_IsTheSameInAnyCompany()
    {
        const int rows = 20, inputs = 320, outputs = 33;
        foreach (var level in Enum.GetValues<CpuLevel>().Where(level => CpuLevels.Includes(CpuLevels.Best(), level)))
        {
            foreach (var infinity in new[] { float.PositiveInfinity, float.NegativeInfinity })
            {
                var x = Noise.Of(9, rows * inputs);
                x[(7 * inputs) + 33] = infinity;
                var alone = Kinds(Multiply(level, WeightFormat.Int8Block32, x, rows, inputs, outputs, 1));
                foreach (var batch in new[] { 5, 12, rows })
                {
                    Assert.Equal(alone, Kinds(Multiply(level, WeightFormat.Int8Block32, x, rows, inputs, outputs, batch)));
                }
            }
        }

        // A NaN is one whatever its bits.
        static int[] Kinds(int[] results) => [.. results.Select(bits => float.IsNaN(BitConverter.Int32BitsToSingle(bits)) ? int.MaxValue : bits)];
    }

    [Fact]
    public void ManyRows_BeyondOneRowBlock_EqualTheRowAlone()
    {
        const int rows = 600, inputs = 64, outputs = 40;
        var x = Noise.Of(3, rows * inputs);
        foreach (var format in new[] { WeightFormat.BFloat16, WeightFormat.Int8Block32 })
        {
            Assert.Equal(
                Multiply(CpuLevels.Best(), format, x, rows, inputs, outputs, 1), Multiply(CpuLevels.Best(), format, x, rows, inputs, outputs, rows));
        }
    }

    /// <summary>Tiles belong to a thread and the system keeps them over an interruption: collections interrupt threads wherever they are.</summary>
    [Fact]
    public async Task Products_WhileTheCollectorInterrupts_StayTheSame()
    {
        const int rows = 64, inputs = 256, outputs = 512, turns = 150;
        var x = Noise.Of(4, rows * inputs);
        var expected = Multiply(CpuLevels.Best(), WeightFormat.BFloat16, x, rows, inputs, outputs, rows);
        using var over = new CancellationTokenSource();
        var collector = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            }
        });
        var workers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            using var backend = new CpuBackend(new CpuBackendOptions(2));
            using var workspace = backend.CreateWorkspace();
            using var matrix = backend.LoadMatrix([TestWeight.Random(7, outputs, inputs)], WeightFormat.BFloat16);
            for (var turn = 0; turn < turns; turn++)
            {
                Assert.Equal(expected, Multiply(backend, workspace, matrix, x, 0, rows, inputs, outputs));
            }
        }));
        await Task.WhenAll(workers);
        await over.CancelAsync();
        await collector;
    }

    /// <summary>A thread's registers no longer fit the runtime's signal stack once it has used tiles: without a larger one this ends the process.</summary>
    [Fact]
    public void NullReferences_OnThreadsThatHaveMultiplied_AreExceptions()
    {
        var x = Noise.Of(5, 40 * 64);
        using var backend = new CpuBackend(new CpuBackendOptions(3));
        using var workspace = backend.CreateWorkspace();
        using var matrix = backend.LoadMatrix([TestWeight.Random(7, 200, 64)], WeightFormat.BFloat16);
        for (var turn = 0; turn < 20; turn++)
        {
            _ = Multiply(backend, workspace, matrix, x, 0, 40, 64, 200);
            Assert.Throws<NullReferenceException>(() => LengthOf(null));
        }

        using var pool = new WorkerPool(3, KernelSets.Create(CpuLevels.Best()).EnterThread);
        var job = default(FaultyJob);
        for (var turn = 0; turn < 20; turn++)
        {
            Assert.Throws<NullReferenceException>(() => pool.Run(ref job, 30));
        }
    }

    [Fact]
    public unsafe void Padding_OfTheLastTile_HasScalesOfZero()
    {
        const int rows = 19, blocks = 3, tileRows = 16;
        var scales = Enumerable.Repeat(float.Epsilon, 2 * tileRows * blocks).ToArray();
        fixed (float* first = scales)
        {
            new QuantizedRows(null, first, null, blocks, 8, tileRows, 0).ClearPadding(rows);
        }

        Assert.All(scales.Index(), value => Assert.Equal(value.Index / tileRows >= blocks && value.Index % tileRows >= rows % tileRows ? 0 : float.Epsilon, value.Item));
    }

    [Fact]
    public void NotANumber_StaysOne()
    {
        const int inputs = 32;
        using var backend = new CpuBackend(new CpuBackendOptions(1));
        using var workspace = backend.CreateWorkspace();
        using var matrix = backend.LoadMatrix([TestWeight.Random(7, 16, inputs)], WeightFormat.BFloat16);
        foreach (var bits in new[] { 0x7FFFFFFF, -1, 0x7FFF8000, 0x7F800001, unchecked((int)0xFFC00000) })
        {
            var x = Noise.Of(6, inputs);
            x[5] = BitConverter.Int32BitsToSingle(bits);
            Assert.All(Multiply(backend, workspace, matrix, x, 0, 1, inputs, 16), value => Assert.True(float.IsNaN(BitConverter.Int32BitsToSingle(value))));
        }
    }

    /// <summary>All endings, more rows than one row block of either kernel, and buffers that another width has used before.</summary>
    [Fact]
    public void Endings_OverSeveralRowBlocks_EqualTheRowAlone()
    {
        const int rows = 530, inputs = 1440, outputs = 96;
        foreach (var format in new[] { WeightFormat.BFloat16, WeightFormat.Int8Block32 })
        {
            using var backend = new CpuBackend(new CpuBackendOptions(2));
            using var workspace = backend.CreateWorkspace();
            using var matrix = backend.LoadMatrix([TestWeight.Random(7, outputs, inputs)], format);
            using var gated = backend.LoadGatedMatrix(TestWeight.Random(8, outputs, inputs), TestWeight.Random(9, outputs, inputs), format);
            using var wide = backend.LoadMatrix([TestWeight.Random(7, 16, 2048)], format);
            _ = Multiply(backend, workspace, wide, Noise.Of(8, 17 * 2048), 0, 17, 2048, 16);
            var x = Noise.Of(9, rows * inputs);
            var together = Endings(backend, workspace, matrix, gated, x, 0, rows);
            foreach (var row in new[] { 0, 15, 16, 31, 191, 192, 511, 512, 529 })
            {
                var alone = Endings(backend, workspace, matrix, gated, x, row, 1);
                for (var ending = 0; ending < alone.Length; ending++)
                {
                    var width = alone[ending].Length;
                    Assert.Equal(alone[ending], together[ending].AsSpan(row * width, width).ToArray());
                }
            }
        }

        static float[][] Endings(CpuBackend backend, Workspace workspace, Matrix matrix, Matrix gated, float[] x, int first, int rows)
        {
            workspace.Reset();
            var source = workspace.Rent(rows, inputs);
            backend.Upload(x.AsSpan(first * inputs, rows * inputs), source);
            var scores = workspace.Rent(rows, outputs);
            var maxima = workspace.Rent(rows, (outputs + IComputeBackend.ScoreBlock - 1) / IComputeBackend.ScoreBlock);
            backend.Score(matrix, source, scores, maxima);
            var sum = workspace.Rent(rows, outputs);
            var ones = new float[rows * outputs];
            Array.Fill(ones, 1f);
            backend.Upload(ones, sum);
            backend.LinearAdd(matrix, source, null, sum);
            var gate = workspace.Rent(rows, outputs);
            backend.GatedLinear(gated, source, gate);
            return [Values(backend, scores), Values(backend, maxima), Values(backend, sum), Values(backend, gate)];
        }
    }

    [Fact]
    public void Threads_OfAPool_GiveTheirSignalStacksBack()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Run(3);
        var before = File.ReadLines("/proc/self/maps").Count();
        Run(150);
        // Other tests run beside this one and map memory of their own; 150 stacks kept would be six hundred.
        Assert.True(File.ReadLines("/proc/self/maps").Count() - before < 300);

        static void Run(int pools)
        {
            for (var index = 0; index < pools; index++)
            {
                using var pool = new WorkerPool(2, KernelSets.Create(CpuLevels.Best()).EnterThread);
                var job = default(IdleJob);
                pool.Run(ref job, 2000);
            }
        }
    }

    private static CpuLevel LevelOrBest(CpuLevel level) => CpuLevels.Includes(CpuLevels.Best(), level) ? level : CpuLevels.Best();

    private static int LengthOf(string? text) => text!.Length;

    private static int[] Multiply(CpuLevel level, WeightFormat format, float[] x, int rows, int inputs, int outputs, int batch)
    {
        using var backend = new CpuBackend(new CpuBackendOptions(2, level));
        using var workspace = backend.CreateWorkspace();
        using var matrix = backend.LoadMatrix([TestWeight.Random(7, outputs, inputs)], format);
        var results = new List<int>();
        for (var row = 0; row < rows; row += batch)
        {
            results.AddRange(Multiply(backend, workspace, matrix, x, row, Math.Min(batch, rows - row), inputs, outputs));
        }

        return [.. results];
    }

    private static int[] Multiply(CpuBackend backend, Workspace workspace, Matrix matrix, float[] x, int first, int rows, int inputs, int outputs)
    {
        workspace.Reset();
        var source = workspace.Rent(rows, inputs);
        var product = workspace.Rent(rows, outputs);
        backend.Upload(x.AsSpan(first * inputs, rows * inputs), source);
        backend.Linear(matrix, source, null, product);
        return [.. Values(backend, product).Select(BitConverter.SingleToInt32Bits)];
    }

    private static float[] Values(CpuBackend backend, Tensor tensor)
    {
        var values = new float[tensor.Rows * tensor.Columns];
        for (var row = 0; row < tensor.Rows; row++)
        {
            backend.Download(tensor, row, values.AsSpan(row * tensor.Columns, tensor.Columns));
        }

        return values;
    }

    private struct IdleJob : IParallelJob
    {
        public readonly void Execute(int chunk, int worker) => Thread.SpinWait(20);
    }

    private struct FaultyJob : IParallelJob
    {
        public readonly void Execute(int chunk, int worker)
        {
            if (TileUnit.IsSupported)
            {
                TileUnit.Configure(new TileShapes(TileUnit.Rows, TileUnit.RowBytes, TileUnit.Rows));
                TileUnit.Release();
            }

            _ = LengthOf(null);
        }
    }
}
