using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests;

/// <summary>A second network that failed to load beside the model is tried again, with pauses, and nobody waits for it.</summary>
public sealed class CompanionRetryTests
{
    private readonly ManualClock _clock = new();
    private int _loads;

    [Fact]
    public async Task Asked_TriesAgainAfterThePause_WhichDoublesWithEachFailure()
    {
        using var retry = Retry((_, _) => throw new CheckpointException("beside", $"failure {_loads}"));
        AssertTold("first", retry);
        Assert.Equal(0, _loads);
        foreach (var (seconds, number) in new[] { (1, 1), (2, 2), (4, 3), (8, 4), (16, 5), (32, 6), (60, 7), (60, 8) })
        {
            _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.ThrowsAny<EngineException>(retry.Take);
            Assert.Equal(number - 1, Volatile.Read(ref _loads));
            _clock.Advance(TimeSpan.FromTicks(1));
            await TestTimeouts.EventuallyAsync(() => Told(retry).Contains($"failure {number}", StringComparison.Ordinal), "the load");
        }
    }

    [Fact]
    public async Task WhoAsks_NeverWaits_AndTakesItOnceItIsThere()
    {
        using var gate = new ManualResetEventSlim();
        var network = new Network();
        using (var retry = Retry((_, _) =>
        {
            gate.Wait(CancellationToken.None);
            return network;
        }))
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            AssertTold("first", retry);
            await TestTimeouts.EventuallyAsync(() => Volatile.Read(ref _loads) == 1, "the load");
            AssertTold("first", retry);
            gate.Set();
            await TestTimeouts.EventuallyAsync(() => Told(retry).Length == 0, "the load");
            Assert.Same(network, retry.Take());
            Assert.Equal(1, _loads);
        }

        // Whoever took it disposes it.
        Assert.Equal(0, network.Disposals);
    }

    [Fact]
    public async Task LoadedAndNeverTaken_IsDisposed_AndOneThatIsUnderWayIsWaitedFor()
    {
        using var gate = new ManualResetEventSlim();
        var network = new Network();
        var retry = Retry((_, cancellation) =>
        {
            cancellation.WaitHandle.WaitOne();
            gate.Wait(CancellationToken.None);
            return network;
        });
        _clock.Advance(TimeSpan.FromSeconds(1));
        AssertTold("first", retry);
        await TestTimeouts.EventuallyAsync(() => Volatile.Read(ref _loads) == 1, "the load");
        var disposal = Task.Run(retry.Dispose);
        Assert.False(disposal.IsCompleted);
        gate.Set();
        await disposal.WaitAsync(TestTimeouts.Limit);
        Assert.Equal(1, network.Disposals);
    }

    private CompanionRetry<Network> Retry(Func<IComputeBackend, CancellationToken, Network> load) => new(
        (backend, cancellation) =>
        {
            Interlocked.Increment(ref _loads);
            return load(backend, cancellation);
        },
        static () => new CpuBackend(new CpuBackendOptions(1)),
        _clock,
        new CheckpointException("beside", "first"),
        TimeSpan.Zero);

    private static void AssertTold(string what, CompanionRetry<Network> retry) => Assert.Contains(what, Told(retry), StringComparison.Ordinal);

    private static string Told(CompanionRetry<Network> retry)
    {
        try
        {
            retry.Take();
            return "";
        }
        catch (EngineException failure)
        {
            return failure.Message;
        }
    }

    private sealed class Network : IDisposable
    {
        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }
}
