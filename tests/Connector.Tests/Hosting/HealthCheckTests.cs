using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Slerp.Connector.Hosting;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Hosting;

/// <summary>What a health check says at each stage of an engine's life; it never loads a model.</summary>
public sealed class HealthCheckTests : IDisposable
{
    private readonly DirectoryInfo _model = Directory.CreateTempSubdirectory("slerp-health-");
    private readonly FakeEngine _engine = new();
    private readonly FakeLoader _loader;
    private readonly ManualClock _clock = new();

    public HealthCheckTests()
    {
        File.WriteAllText(Path.Combine(_model.FullName, "config.json"), "{}");
        _loader = new FakeLoader(_engine);
    }

    public void Dispose() => _model.Delete(recursive: true);

    [Fact]
    public async Task Health_FollowsTheEngine()
    {
        await using var provider = Provider();
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(provider)).Status);
        Assert.Equal(0, _loader.Loads);
        await provider.GetRequiredKeyedService<IChatClient>("k").GetResponseAsync("Hi");
        var served = await CheckAsync(provider);
        Assert.Equal(HealthStatus.Healthy, served.Status);
        Assert.Equal(4L, served.Data["kv_cache_bytes_held"]);
        Assert.DoesNotContain("warm_start_failure", served.Data);
        _engine.Status = _engine.Status with { WarmStartFailure = new IOException("gone") };
        var slower = await CheckAsync(provider);
        Assert.Equal((HealthStatus.Healthy, "IOException: gone"), (slower.Status, slower.Data["warm_start_failure"]));
        _engine.Status = _engine.Status with { QueuedRequests = 10 };
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(provider)).Status);
        _engine.Status = _engine.Status with { IsServing = false };
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(provider)).Status);
    }

    [Fact]
    public async Task FailedLoad_IsUnhealthy_UntilOneSucceeds()
    {
        await using var provider = Provider();
        var client = provider.GetRequiredKeyedService<IChatClient>("k");
        _loader.Failure = new DeviceException("too small", isTransient: false);
        await Assert.ThrowsAsync<DeviceException>(() => client.GetResponseAsync("Hi"));
        var entry = await CheckAsync(provider);
        Assert.Equal((HealthStatus.Unhealthy, _loader.Failure), (entry.Status, entry.Exception));
        Assert.Contains("after 1 s tries again", entry.Description, StringComparison.Ordinal);
        _loader.Failure = null;
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("the next request tries again", (await CheckAsync(provider)).Description, StringComparison.Ordinal);
        await client.GetResponseAsync("Hi");
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(provider)).Status);
    }

    [Fact]
    public async Task RequiredToBeLoaded_TheFirstCheckBeginsIt_AndNoneWaits()
    {
        var gate = new TaskCompletionSource();
        _loader.Gate = gate.Task;
        await using var provider = Provider(requireLoaded: true);
        var first = await CheckAsync(provider);
        Assert.Equal((HealthStatus.Unhealthy, "The model is being loaded."), (first.Status, first.Description));
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(provider)).Status);
        gate.SetResult();
        await provider.GetRequiredKeyedService<SlerpChatClient>("k").LoadAsync();
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(provider)).Status);
        Assert.Equal(1, _loader.Loads);
    }

    [Fact]
    public async Task RequiredToBeLoaded_AFailedLoadIsToldAndTriedAgain()
    {
        _loader.Failure = new DeviceException("too small", isTransient: false);
        await using var provider = Provider(requireLoaded: true);
        await CheckAsync(provider);
        await Assert.ThrowsAsync<DeviceException>(() => provider.GetRequiredKeyedService<SlerpChatClient>("k").LoadAsync());
        var failed = await CheckAsync(provider);
        Assert.Equal((HealthStatus.Unhealthy, _loader.Failure), (failed.Status, failed.Exception));
        _loader.Failure = null;
        _clock.Advance(TimeSpan.FromMinutes(1));
        await CheckAsync(provider);
        await TestTimeouts.EventuallyAsync(() => _loader.Loads == 2, "the check began another load");
        await provider.GetRequiredKeyedService<SlerpChatClient>("k").LoadAsync();
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(provider)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DisposedBeforeItWasLoaded_IsUnhealthy_AndLoadsNothing(bool requireLoaded)
    {
        await using var provider = Provider(requireLoaded);
        provider.GetRequiredKeyedService<SlerpChatClient>("k").Host.Dispose();
        var entry = await CheckAsync(provider);
        Assert.Equal((HealthStatus.Unhealthy, "The model was disposed.", null), (entry.Status, entry.Description, entry.Exception));
        Assert.Equal(0, _loader.Loads);
    }

    private static async Task<HealthReportEntry> CheckAsync(ServiceProvider provider) =>
        (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["model"];

    private ServiceProvider Provider(bool requireLoaded = false)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IEngineLoader>(_loader).AddSingleton<TimeProvider>(_clock);
        services.AddKeyedSlerpChatClient("k", options => options.ModelPath = _model.FullName);
        services.AddHealthChecks().AddSlerpHealthCheck("model", "k", requireLoaded: requireLoaded);
        return services.BuildServiceProvider();
    }
}
