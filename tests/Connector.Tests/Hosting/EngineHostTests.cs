using Microsoft.Extensions.Logging.Abstractions;
using Slerp.Connector.Hosting;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Hosting;

/// <summary>One engine: loaded once, when asked, disposed once.</summary>
public sealed class EngineHostTests : IDisposable
{
    private readonly FakeEngine _engine = new();
    private readonly FakeLoader _loader;
    private readonly SlerpInstruments _instruments = new(null);
    private readonly ProgressList _progress = new();
    private readonly ManualClock _clock = new();
    private readonly EngineHost _host;

    public EngineHostTests()
    {
        _loader = new FakeLoader(_engine);
        _host = new EngineHost(
            new EngineOptions { ModelPath = "m" },
            _loader,
            new EngineHostServices(NullLogger.Instance, _instruments, _clock, _progress));
    }

    [Fact]
    public void Nothing_IsLoadedUnasked()
    {
        Assert.Null(_host.Loaded);
        Assert.Equal(0, _loader.Loads);
    }

    [Fact]
    public async Task CallersTogether_ShareOneLoad()
    {
        var gate = new TaskCompletionSource();
        _loader.Gate = gate.Task;
        var callers = Enumerable.Range(0, 20).Select(_ => _host.GetAsync(CancellationToken.None)).ToArray();
        gate.SetResult();
        Assert.All(await Task.WhenAll(callers), engine => Assert.Same(_engine, engine));
        Assert.Equal(1, _loader.Loads);
        Assert.Same(_engine, _host.Loaded);
        Assert.Equal([0.5, 1], _progress.Fractions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Load_CarriesNothingOfItsFirstCallersContext(bool flows)
    {
        var ambient = new AsyncLocal<string?> { Value = "the caller's" };
        string? seen = "";
        _loader.Loading = () => seen = ambient.Value;
        Task<IEngine> load;
        if (flows)
        {
            load = _host.GetAsync(CancellationToken.None);
        }
        else
        {
            using var suppressed = ExecutionContext.SuppressFlow();
            load = _host.GetAsync(CancellationToken.None);
            Assert.True(ExecutionContext.IsFlowSuppressed());
        }

        await load;
        Assert.Null(seen);
        Assert.Equal("the caller's", ambient.Value);
        Assert.False(ExecutionContext.IsFlowSuppressed());
    }

    [Fact]
    public async Task FailedLoad_FailsItsCallers_AndIsTriedAgain()
    {
        _loader.Failure = new CheckpointException("config.json", "is missing.");
        Assert.Same(_loader.Failure, await Assert.ThrowsAsync<CheckpointException>(() => _host.GetAsync(CancellationToken.None)));
        _loader.Failure = null;
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Same(_engine, await _host.GetAsync(CancellationToken.None));
        Assert.Equal(2, _loader.Loads);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FailedLoad_UnderTraffic_IsTriedAgainLessAndLessOften(bool isTransient)
    {
        _loader.Failure = isTransient ? new DeviceException("no memory.", isTransient: true) : new CheckpointException("config.json", "is missing.");
        // Ten requests a second for five minutes.
        for (var request = 0; request < 3000; request++)
        {
            Assert.Same(_loader.Failure, await Record.ExceptionAsync(() => _host.GetAsync(CancellationToken.None)));
            _clock.Advance(TimeSpan.FromSeconds(0.1));
        }

        // At 0, 1, 3, 7, 15, 31, 63 seconds and then every minute.
        Assert.Equal(10, _loader.Loads);
    }

    [Fact]
    public async Task LongLoadThatFailed_IsTriedAgainAfterFourTimesAsLong()
    {
        _loader.Loading = () => _clock.Advance(TimeSpan.FromMinutes(5));
        _loader.Failure = new CheckpointException("model.safetensors", "is damaged.");
        await Assert.ThrowsAsync<CheckpointException>(() => _host.GetAsync(CancellationToken.None));
        Assert.Equal(TimeSpan.FromMinutes(20), _host.NextLoadIn);
        _clock.Advance(TimeSpan.FromMinutes(19));
        await Assert.ThrowsAsync<CheckpointException>(() => _host.GetAsync(CancellationToken.None));
        Assert.Equal(1, _loader.Loads);
    }

    [Fact]
    public async Task Disposed_WhileLoading_TheLoadIsCancelled()
    {
        _loader.Gate = new TaskCompletionSource().Task;
        var caller = _host.GetAsync(CancellationToken.None);
        await _host.DisposeAsync().AsTask().WaitAsync(TestTimeouts.Limit);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => caller);
    }

    [Fact]
    public async Task Disposed_TheEngineIsDisposedOnce()
    {
        await _host.GetAsync(CancellationToken.None);
        await _host.DisposeAsync();
        _host.Dispose();
        Assert.Equal(1, _engine.Disposals);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _host.GetAsync(CancellationToken.None));
    }

    [Fact]
    public async Task DisposedAgain_WhileItIsDisposed_WaitsForTheSame()
    {
        var gate = new TaskCompletionSource();
        _loader.Gate = gate.Task;
        _loader.IgnoresCancellation = true;
        var caller = _host.GetAsync(CancellationToken.None);
        var hold = new ModelHold(_host, _instruments);
        var disposals = new[] { hold.DisposeAsync().AsTask(), hold.DisposeAsync().AsTask(), _host.DisposeAsync().AsTask() };
        Assert.All(disposals, disposal => Assert.False(disposal.IsCompleted));
        gate.SetResult();
        await Task.WhenAll(disposals).WaitAsync(TestTimeouts.Limit);
        Assert.Equal(1, _engine.Disposals);
        await caller;
        Assert.Equal(typeof(EngineHostTests).FullName, Assert.Throws<ObjectDisposedException>(() => hold.ThrowIfDisposed(this)).ObjectName);
        Assert.Equal(typeof(SlerpEngine).FullName, (await Assert.ThrowsAsync<ObjectDisposedException>(() => _host.GetAsync(CancellationToken.None))).ObjectName);
    }

    [Fact]
    public async Task Disposed_WithoutALoad_LoadsNothing()
    {
        await _host.DisposeAsync();
        Assert.Equal(0, _loader.Loads);
        Assert.Equal(0, _engine.Disposals);
    }

    public void Dispose()
    {
        _host.Dispose();
        _instruments.Dispose();
    }

    private sealed class ProgressList : IProgress<LoadProgress>
    {
        public List<double> Fractions { get; } = [];

        public void Report(LoadProgress value) => Fractions.Add(value.Fraction);
    }
}
