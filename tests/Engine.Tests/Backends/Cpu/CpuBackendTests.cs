using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;
using Slerp.Engine.Backends.Cpu.Screening;
using Xunit.Abstractions;

namespace Slerp.Engine.Tests.Backends.Cpu;

/// <summary>The CPU backend at the best level of this process.</summary>
public sealed class CpuBackendTests(ITestOutputHelper output) : BackendConformance
{
    private protected override IComputeBackend Create() => new CpuBackend(new CpuBackendOptions(FewestScreenedWeights: 1));

    [Fact]
    public void Level_IsTheOneTheRunAskedFor()
    {
        output.WriteLine($"CPU level of this run: {CpuLevels.Best()}; {Backend.Description}");
        var expected = Environment.GetEnvironmentVariable("SLERP_EXPECT_LEVEL");
        if (!string.IsNullOrEmpty(expected))
        {
            Assert.Equal(expected, CpuLevels.Best().ToString());
        }
    }

    [Fact]
    public void Attend_TextThatGrows_AllocatesNothing() =>
        // The runtime itself may allocate now and then on any thread, once: never in each of three runs.
        Assert.Equal(0, Enumerable.Range(0, 3).Min(static _ => BytesOfGrowingText()));

    [Fact]
    public void Options_BeyondTheMachine_AreRefused()
    {
        Assert.Contains("257", Assert.Throws<ArgumentException>(() => new CpuBackend(new CpuBackendOptions(257))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new CpuBackend(new CpuBackendOptions(-1)));
        var error = Assert.Throws<DeviceException>(() => Backend.CreateKvStore(int.MaxValue / 64, 8, 128, KvFormat.Float32));
        Assert.Contains("bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Score_OfRowsWithoutBounds_LearnsWhatScreeningCosts()
    {
        var head = (CpuMatrix)Own(Backend.LoadHead(TestWeight.Random(71, 200, 32), WeightFormat.Float32));
        using var workspace = Backend.CreateWorkspace();
        var (x, scores, maxima) = (workspace.Rent(1, 32), workspace.Rent(1, 200), workspace.Rent(1, (200 + IComputeBackend.ScoreBlock - 1) / IComputeBackend.ScoreBlock));
        Backend.Upload([.. Enumerable.Repeat(float.NaN, 32)], x);
        Backend.Score(head, x, scores, maxima);
        var chosen = new int[1];
        Backend.ArgMax(scores, maxima, chosen);
        Assert.Equal(-1, chosen[0]);
        // Each way is tried in turn at first: the screen has had its turn.
        Assert.False(head.Screen!.Prices.Chooses(ScreenPrices.KindOf(rows: 1, k: 1)));
    }

    private static long BytesOfGrowingText()
    {
        const int pages = 20;
        var shape = new HeadShape(2, 1, 16);
        using var backend = new CpuBackend(new CpuBackendOptions(2));
        using var store = backend.CreateKvStore(pages, 1, 16, KvFormat.Float32);
        using var workspace = backend.CreateWorkspace();
        var qkv = workspace.Rent(1, shape.Columns);
        var y = workspace.Rent(1, shape.QueryColumns);
        var plan = new AttentionPlan();
        plan.AddSlice([.. Enumerable.Range(0, pages)], 0, 1);
        plan.AddRow([-1], 0, 0);
        backend.Attend(qkv, shape, store, plan, y);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var committed = 1; committed < pages * KvStore.PageRows; committed++)
        {
            plan.SetPages(0, plan.Slices[0].Pages, committed);
            backend.Attend(qkv, shape, store, plan, y);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
