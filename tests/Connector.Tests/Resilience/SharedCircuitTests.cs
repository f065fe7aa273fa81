using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Polly.CircuitBreaker;
using Slerp.Connector.Hosting;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Resilience;

/// <summary>A circuit is a model's and a strategy's: clients of one loaded model count together, and its state is told once.</summary>
public sealed class SharedCircuitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new();
    private readonly string _name = Guid.NewGuid().ToString();
    private readonly string _path;
    private bool _isGood;

    public SharedCircuitTests() => _path = Checkpoint("one");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ClientsOfOneModel_CountFailuresTogether_AndItsStateIsToldOnce()
    {
        await using var provider = Services(("a", _ => { }), ("b", _ => { }), (null, _ => { }));
        foreach (var key in new[] { "a", "b", null, "b" })
        {
            Assert.Equal("quality", await ReasonAsync(provider, key));
        }

        foreach (var key in new[] { "a", "b", null })
        {
            Assert.Equal("circuit_open", await ReasonAsync(provider, key));
        }

        Assert.Equal(["lossless open"], States());

        // One probes for all; a good probe closes it for all.
        _clock.Advance(TimeSpan.FromSeconds(61));
        _isGood = true;
        Assert.Null(await ReasonAsync(provider, "b"));
        Assert.Equal(["lossless closed"], States());
        Assert.Null(await ReasonAsync(provider, "a"));
    }

    [Fact]
    public async Task StrategiesOfOneModel_HaveTheirOwn()
    {
        await using var provider = Services(("a", _ => { }), ("b", options => options.Defaults.Merging.Mode = SlerpMergingMode.Prompt));
        for (var request = 0; request < 4; request++)
        {
            Assert.Equal("quality", await ReasonAsync(provider, "a"));
        }

        Assert.Equal("circuit_open", await ReasonAsync(provider, "a"));
        Assert.Equal("quality", await ReasonAsync(provider, "b"));
        Assert.Equal(["lossless open", "merge-prompt closed"], States());
    }

    [Fact]
    public async Task ClientThatIsDisposed_LeavesItToTheOthers()
    {
        await using var provider = Services(("a", _ => { }), ("b", _ => { }));
        for (var request = 0; request < 4; request++)
        {
            Assert.Equal("quality", await ReasonAsync(provider, "a"));
        }

        await provider.GetRequiredKeyedService<SlerpChatClient>("a").DisposeAsync();
        Assert.Equal("circuit_open", await ReasonAsync(provider, "b"));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("quality", await ReasonAsync(provider, "b"));
        Assert.Equal("circuit_open", await ReasonAsync(provider, "b"));
        Assert.Equal(["lossless open"], States());
    }

    [Fact]
    public async Task ModelOfSeveralNames_IsToldByEach()
    {
        await using var provider = Services(("a", _ => { }), ("b", options => options.ModelId += "-b"));
        for (var request = 0; request < 4; request++)
        {
            Assert.Equal("quality", await ReasonAsync(provider, request % 2 == 0 ? "a" : "b"));
        }

        Assert.Equal(["-b lossless open", "lossless open"], States());
    }

    [Theory]
    [InlineData("ratio")]
    [InlineData("callback")]
    [InlineData("control")]
    public async Task OtherOptions_AreAnotherCircuit_ToldByItsClients(string what)
    {
        await using var provider = Services(
            ("a", _ => { }
        ),
            ("b", options =>
            {
                var circuit = options.Resilience.CircuitBreaker;
                switch (what)
                {
                    case "ratio":
                        circuit.FailureRatio = 1;
                        break;
                    case "callback":
                        circuit.OnOpened = static _ => ValueTask.CompletedTask;
                        break;
                    default:
                        circuit.ManualControl = new CircuitBreakerManualControl();
                        break;
                }
            }
        ),
            (null, _ => { }
        ));
        for (var request = 0; request < 4; request++)
        {
            Assert.Equal("quality", await ReasonAsync(provider, "a"));
        }

        Assert.Equal("quality", await ReasonAsync(provider, "b"));
        Assert.Equal("circuit_open", await ReasonAsync(provider, null));
        Assert.Equal(["lossless a,default open", "lossless b closed"], States());
    }

    [Fact]
    public async Task ModelsOfOneName_AreToldApart()
    {
        var other = Checkpoint("two");
        await using var provider = Services(("a", _ => { }), ("b", options => options.ModelPath = other));
        for (var request = 0; request < 4; request++)
        {
            Assert.Equal("quality", await ReasonAsync(provider, "a"));
        }

        Assert.Equal("quality", await ReasonAsync(provider, "b"));
        Assert.Equal(["lossless a open", "lossless b closed"], States());
    }

    [Fact]
    public async Task ModelThatIsDisposed_IsToldNoMore()
    {
        using var instruments = new SlerpInstruments(null);
        var logger = new RecordingLogger();
        var options = new SlerpChatClientOptions { ModelPath = _path };
        Configure(options);
        await using (var host = new EngineHost(options.ToEngineOptions(), new FakeLoader(Engine()), new EngineHostServices(logger, instruments, _clock, null)))
        {
            await using var client = new SlerpChatClient(host, options, new ChatClientServices(logger, instruments, _clock));
            await client.GetResponseAsync("Hi");
            Assert.Equal(["lossless closed"], States());
        }

        Assert.Empty(States());
    }

    private static async Task<string?> ReasonAsync(ServiceProvider provider, object? key)
    {
        var response = await provider.GetRequiredKeyedService<IChatClient>(key).GetResponseAsync("Hi");
        return response.AdditionalProperties!.TryGetValue(SlerpProperties.FallbackReason, out var reason) ? (string?)reason : null;
    }

    private ServiceProvider Services(params (string? Key, Action<SlerpChatClientOptions> Configure)[] clients)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IEngineLoader>(new FakeLoader(Engine()));
        services.AddSingleton<TimeProvider>(_clock);
        foreach (var (key, configure) in clients)
        {
            services.AddKeyedSlerpChatClient(key, options =>
            {
                options.ModelPath = _path;
                Configure(options);
                configure(options);
            });
        }

        return services.BuildServiceProvider();
    }

    private void Configure(SlerpChatClientOptions options)
    {
        options.ModelId = _name;
        options.Quality.Gate = GateUse.Always;
    }

    private FakeEngine Engine() => new()
    {
        Script = request => _isGood || !request.Gate.HoldsSegments ? FakeEngine.Segments("good") : [new Segment("bad", 1, FinishReason.EndOfText) { Verdicts = [Verdict.Failed("drill")] }],
        VanillaScript = FakeEngine.Segments("VANILLA"),
    };

    private string Checkpoint(string name)
    {
        File.WriteAllText(_folder.Path(name, "config.json"), "{}");
        return _folder.Path(name);
    }

    // What of the name follows ours, the strategy, the clients where they are told, the state.
    private List<string> States()
    {
        using var log = new MeasurementLog();
        log.Observe();
        var states = log.All.Where(static measured => measured.Instrument.Name == SlerpTelemetry.CircuitState)
            .Select(static measured => (Words: string.Join(' ', measured.Tags.Values), measured.Value))
            .Where(state => state.Words.StartsWith(_name, StringComparison.Ordinal))
            .Select(state => $"{state.Words[_name.Length..].TrimStart(' ')} {(state.Value == 2 ? "open" : state.Value == 0 ? "closed" : state.Value)}");
        return [.. states.Order(StringComparer.Ordinal)];
    }
}
