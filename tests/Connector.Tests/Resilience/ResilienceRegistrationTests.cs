using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Registry;
using Slerp.Connector.Hosting;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Resilience;

/// <summary>Judges and pipelines as an application registers them.</summary>
public sealed class ResilienceRegistrationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public ResilienceRegistrationTests() => _path = new ToyCheckpoint { Context = 512 }.Save(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OwnPipeline_ByName_IsUsed()
    {
        var consulted = 0;
        var registry = new ResiliencePipelineRegistry<string>();
        registry.TryAddBuilder<DecodingOutcome>("mine", (builder, _) => builder.AddVanillaFallback().AddTimeout(TimeSpan.FromMinutes(1)).AddRetry(new() { MaxRetryAttempts = 1, ShouldHandle = _ => { consulted++; return new ValueTask<bool>(false); } }));
        await using var provider = Services(
            options => options.Resilience.PipelineName = "mine", services => services.AddSingleton<ResiliencePipelineProvider<string>>(registry));
        Assert.Equal("one VANILLA", (await provider.GetRequiredService<IChatClient>().GetResponseAsync("Hi")).Text);
        Assert.True(consulted > 0);
    }

    [Fact]
    public async Task OwnPipeline_ThatRetries_GoesOnWithoutRepeatingAWord()
    {
        var engine = Faulty();
        var registry = new ResiliencePipelineRegistry<string>();
        registry.TryAddBuilder<DecodingOutcome>("mine", (builder, _) => builder.AddVanillaFallback().AddRetry(new()
        {
            MaxRetryAttempts = 2,
            Delay = TimeSpan.Zero,
            ShouldHandle = static arguments => new ValueTask<bool>(SlerpResilience.IsFault(arguments.Outcome)),
        }));
        await using var provider = Services(
            options => options.Resilience.PipelineName = "mine", services => services.AddSingleton<ResiliencePipelineProvider<string>>(registry), engine);
        var response = await provider.GetRequiredService<IChatClient>().GetResponseAsync("Hi");
        Assert.Equal("one VANILLA", response.Text);
        Assert.Equal("non_finite", response.AdditionalProperties![SlerpProperties.FallbackReason]);
        Assert.Single(engine.Requests);
        Assert.Equal((1, true), (engine.LastGeneration!.Rejections, engine.LastGeneration.IsDisposed));
    }

    [Theory]
    [InlineData(false, "have no ResiliencePipelineProvider<string>")]
    [InlineData(true, "knows no pipeline of DecodingOutcome")]
    public async Task OwnPipeline_ThatIsNotThere_IsNamedAtStart(bool hasProvider, string said)
    {
        var registry = new ResiliencePipelineRegistry<string>();
        registry.TryAddBuilder("mine", (builder, _) => builder.AddTimeout(TimeSpan.FromMinutes(1)));
        await using var provider = Services(
            options => options.Resilience.PipelineName = "mine", services => _ = hasProvider ? services.AddSingleton<ResiliencePipelineProvider<string>>(registry) : services);
        var failure = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains("Resilience.PipelineName: is 'mine'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IChatClient>());
        Assert.Throws<OptionsValidationException>(() => new SlerpChatClient(new SlerpChatClientOptions { ModelPath = _path, Resilience = { PipelineName = "mine" } }));
    }

    [Fact]
    public void Configuration_ReachesPollysOptions()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ModelPath"] = _path,
            ["Quality:Gate"] = "Always",
            ["Quality:TimeLimit"] = "00:00:02",
            ["Quality:Checks:0"] = "repetition",
            ["Resilience:CircuitBreaker:BreakDuration"] = "00:00:07",
            ["Resilience:CircuitBreaker:FailureRatio"] = "0.25",
        }).Build();
        var services = new ServiceCollection();
        services.AddSlerpChatClient(configuration);
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<SlerpChatClientOptions>>().Get("");
        Assert.Equal((TimeSpan.FromSeconds(7), 0.25), (options.Resilience.CircuitBreaker.BreakDuration, options.Resilience.CircuitBreaker.FailureRatio));
        Assert.Equal((GateUse.Always, TimeSpan.FromSeconds(2)), (options.Quality.Gate, options.Quality.TimeLimit));
        Assert.Equal(["repetition"], options.Quality.Checks);
    }

    [Fact]
    public void WrongValues_AreAllNamed()
    {
        var services = new ServiceCollection();
        services.AddSlerpChatClient(options =>
        {
            options.ModelPath = _path;
            options.Quality.Checks = ["repetition", "taste"];
            options.Quality.TimeLimit = TimeSpan.Zero;
            options.Resilience.CircuitBreaker.FailureRatio = 2;
        });
        using var provider = services.BuildServiceProvider();
        var failure = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptionsMonitor<SlerpChatClientOptions>>().Get(""));
        foreach (var word in new[] { "taste", "TimeLimit", "FailureRatio" })
        {
            Assert.Contains(failure.Failures, text => text.Contains(word, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("quality")]
    [InlineData("timeout")]
    [InlineData("check_error")]
    public async Task OwnCheck_OnARealModel_SendsItBackToVanillasText(string drill)
    {
        using var release = new ManualResetEventSlim();
        var services = new ServiceCollection();
        services.AddSlerpChatClient(options =>
        {
            options.ModelPath = _path;
            options.Engine.Threads = 1;
            options.Quality.TimeLimit = TimeSpan.FromMilliseconds(100);
        });
        services.AddSingleton<IQualityCheck>(new DrillCheck(drill, release));
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<IChatClient>();
        var options = new ChatOptions { MaxOutputTokens = 60, Temperature = 0 };
        var vanilla = await client.GetResponseAsync("Once upon a time", options);
        Assert.Equal(0, vanilla.GetSlerpStatistics()!.Fallbacks);
        options.AdditionalProperties = new() { [SlerpProperties.Gate] = "always" };
        var judged = await client.GetResponseAsync("Once upon a time", options);
        release.Set();
        Assert.Equal(vanilla.Text, judged.Text);
        Assert.Equal(drill, judged.AdditionalProperties![SlerpProperties.FallbackReason]);
        Assert.Equal("drill", judged.AdditionalProperties[SlerpProperties.FallbackCheck]);
        Assert.True(judged.Usage!.AdditionalCounts![SlerpProperties.RejectedTokens] > 0);
    }

    private static FakeEngine Faulty() => new()
    {
        Script = _ => [new Segment("one ", 1, null), new Segment("", 0, null) { Fault = new StrategyFault(FaultStage.Decode, new NumericalException("drill")) }],
        VanillaScript = FakeEngine.Segments("VANILLA"),
    };

    private ServiceProvider Services(Action<SlerpChatClientOptions> configure, Action<IServiceCollection> add, FakeEngine? engine = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IEngineLoader>(new FakeLoader(engine ?? Faulty()));
        services.AddSlerpChatClient(options =>
        {
            options.ModelPath = _path;
            options.Quality.Gate = GateUse.Always;
            configure(options);
        });
        add(services);
        return services.BuildServiceProvider();
    }

    private sealed class DrillCheck(string drill, ManualResetEventSlim release) : IQualityCheck
    {
        public string Name => "drill";

        public QualityScope Scope => QualityScope.Segment;

        public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
        {
            if (context.SegmentIndex != 1)
            {
                return Verdict.Passed;
            }

            switch (drill)
            {
                case "timeout":
                    release.Wait(TestTimeouts.Limit);
                    return Verdict.Passed;
                case "check_error":
                    throw new InvalidOperationException("drill");
                default:
                    return Verdict.Failed("drill");
            }
        }
    }
}
