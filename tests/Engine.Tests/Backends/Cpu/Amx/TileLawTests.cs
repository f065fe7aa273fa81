using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;
using Slerp.Engine.Backends.Cpu.Kernels;
using Slerp.Engine.Backends.Cpu.Kernels.Amx;
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
    public void BytesThroughTiles_EqualBytesThroughVectors(int inputs, int outputs)
    {
        const int rows = 40;
        var best = CpuLevels.Best();
        var below = CpuLevels.Includes(best, CpuLevel.Avx512Vnni) ? CpuLevel.Avx512Vnni : best;
        var x = Noise.Of(2, rows * inputs);
        Assert.Equal(
            Multiply(below, WeightFormat.Int8Block32, x, rows, inputs, outputs, rows),
            Multiply(best, WeightFormat.Int8Block32, x, rows, inputs, outputs, rows));
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
        var values = new float[rows * outputs];
        for (var row = 0; row < rows; row++)
        {
            backend.Download(product, row, values.AsSpan(row * outputs, outputs));
        }

        return [.. values.Select(BitConverter.SingleToInt32Bits)];
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
