using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Slerp.Connector.Hosting;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests;

/// <summary>Rules of the embedding generator: results, refusals, services, registration, shared engines.</summary>
public sealed class EmbeddingGeneratorTests : IDisposable
{
    private readonly DirectoryInfo _model = Directory.CreateTempSubdirectory("slerp-embedding-");
    private readonly FakeEngine _engine = new();
    private readonly FakeLoader _loader;

    public EmbeddingGeneratorTests()
    {
        File.WriteAllText(Path.Combine(_model.FullName, "config.json"), "{}");
        _loader = new FakeLoader(_engine);
    }

    public void Dispose() => _model.Delete(recursive: true);

    [Fact]
    public async Task Result_KeepsCountAndOrder_AndSaysModelAndUsage()
    {
        await using var provider = Provider(services => services.AddSlerpEmbeddingGenerator(options => (options.ModelPath, options.Pooling) = (_model.FullName, Pooling.Last)));
        var generator = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        Assert.Equal(0, _loader.Loads);
        var result = await generator.GenerateAsync(["a", "bb", "ccc"]);
        Assert.Equal([1f, 2f, 3f], result.Select(embedding => embedding.Vector.Span[0]));
        Assert.All(result, embedding => Assert.Equal((_model.Name, 4), (embedding.ModelId, embedding.Dimensions)));
        Assert.All(result, embedding => Assert.True(embedding.CreatedAt > DateTimeOffset.UnixEpoch));
        Assert.Equal((6, 6), (result.Usage!.InputTokenCount, result.Usage.TotalTokenCount));
        Assert.Equal(Pooling.Last, Assert.Single(_engine.Embeddings).Pooling);
    }

    [Fact]
    public async Task Services_AnswerMetadataSelfAndModel()
    {
        await using var provider = Provider(services => services.AddSlerpEmbeddingGenerator(options => (options.ModelPath, options.ModelId) = (_model.FullName, "vectors")));
        var generator = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        var metadata = generator.GetService<EmbeddingGeneratorMetadata>()!;
        Assert.Equal(("slerp", "vectors", (int?)null), (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions));
        Assert.Same(generator, generator.GetService<SlerpEmbeddingGenerator>());
        Assert.Null(generator.GetService(typeof(SlerpEmbeddingGenerator), "key"));
        Assert.Throws<ArgumentNullException>(() => generator.GetService(null!));
        await generator.GenerateAsync(["a"]);
        Assert.Equal(4, generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions);
        Assert.Equal("fake-1b", generator.GetService<ModelInfo>()!.Name);
    }

    [Fact]
    public async Task Refusals_NameWhatIsWrong()
    {
        await using var provider = Provider(services => services.AddSlerpEmbeddingGenerator(options => options.ModelPath = _model.FullName));
        var generator = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        await Assert.ThrowsAsync<ArgumentNullException>(() => generator.GenerateAsync(null!));
        Assert.Contains("values[1] is null", (await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(["a", null!]))).Message, StringComparison.Ordinal);
        Assert.Equal(0, _loader.Loads);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 0 }));
        var failure = await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 3 }));
        Assert.Contains("3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("4", failure.Message, StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAsync<ArgumentException>(
            () => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { AdditionalProperties = new() { ["slerp.merge"] = "prompt" } }));
        Assert.Contains("EmbeddingGenerationOptions.AdditionalProperties[\"slerp.merge\"]", unknown.Message, StringComparison.Ordinal);
        Assert.Single(await generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 4, ModelId = "other" }));
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(["a"], null, cancellation.Token));
        generator.Dispose();
        generator.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateAsync(["a"]));
    }

    [Fact]
    public async Task EngineIsShared_WithTheChatClientOfTheSameCheckpoint()
    {
        await using var provider = Provider(services =>
        {
            services.AddKeyedSlerpChatClient("chat", options => (options.ModelPath, options.Engine.ContextTokens) = (_model.FullName, 128));
            services.AddKeyedSlerpChatClient("again", options => (options.ModelPath, options.ModelId, options.Engine.ContextTokens) = (_model.FullName + Path.DirectorySeparatorChar, "b", 128));
            services.AddSlerpEmbeddingGenerator(options => options.ModelPath = _model.FullName);
            services.AddKeyedSlerpEmbeddingGenerator("own", options => (options.ModelPath, options.Engine) = (_model.FullName, new SlerpEngineOptions { ContextTokens = 64 }));
        });
        await provider.GetRequiredKeyedService<IChatClient>("chat").GetResponseAsync("Hi");
        await provider.GetRequiredKeyedService<IChatClient>("again").GetResponseAsync("Hi");
        await provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateAsync(["a"]);
        Assert.Equal((1, 128), (_loader.Loads, _loader.Options!.ContextTokens));
        await provider.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("own").GenerateAsync(["a"]);
        Assert.Equal((2, 64), (_loader.Loads, _loader.Options!.ContextTokens));
    }

    [Fact]
    public async Task ConfigurationThatChangesLater_LoadsNoSecondModel_AndBreaksNoneThatIsMadeLater()
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection([new("Slerp:ModelPath", _model.FullName), new("Slerp:Engine:ContextTokens", "128")]);
        await using var provider = Provider(services =>
        {
            services.AddSlerpChatClient(configuration.GetSection("Slerp"));
            services.AddSlerpEmbeddingGenerator(options => options.ModelPath = _model.FullName);
            services.AddKeyedSlerpEmbeddingGenerator("later", options => options.ModelPath = _model.FullName);
        });
        await provider.GetRequiredService<IChatClient>().GetResponseAsync("Hi");
        configuration["Slerp:Engine:ContextTokens"] = "64";
        ((IConfigurationRoot)configuration).Reload();
        await provider.GetRequiredService<SlerpEmbeddingGenerator>().GenerateAsync(["a"]);
        configuration["Slerp:Engine:ContextTokens"] = "-1";
        Assert.ThrowsAny<Exception>(((IConfigurationRoot)configuration).Reload);
        await provider.GetRequiredKeyedService<SlerpEmbeddingGenerator>("later").GenerateAsync(["a"]);
        Assert.Equal((1, 128), (_loader.Loads, _loader.Options!.ContextTokens));
    }

    [Fact]
    public async Task DisposingAGenerator_LeavesTheSharedEngine_AndTheProviderDisposesItOnce()
    {
        var provider = Provider(services =>
        {
            services.AddSlerpChatClient(options => options.ModelPath = _model.FullName);
            services.AddSlerpEmbeddingGenerator(options => options.ModelPath = _model.FullName);
        });
        var generator = provider.GetRequiredService<SlerpEmbeddingGenerator>();
        await generator.GenerateAsync(["a"]);
        await generator.DisposeAsync();
        Assert.Equal("Hello there", (await provider.GetRequiredService<IChatClient>().GetResponseAsync("Hi")).Text);
        Assert.Equal(0, _engine.Disposals);
        await provider.DisposeAsync();
        Assert.Equal(1, _engine.Disposals);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ForeignModelId_IsRefusedWhereThatIsAskedFor_TheModelsOwnNamesNever(bool strict)
    {
        await using var provider = Provider(services => services.AddSlerpEmbeddingGenerator(
            options => (options.ModelPath, options.ModelId, options.StrictModelId) = (_model.FullName, "vectors", strict)));
        var generator = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        if (strict)
        {
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { ModelId = "other" }));
            Assert.Contains("'other'", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("'vectors'", refusal.Message, StringComparison.Ordinal);
            Assert.Empty(_engine.Embeddings);
            Assert.Single(await generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { ModelId = _engine.Model.Name }));
        }

        Assert.Equal("vectors", Assert.Single(await generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { ModelId = strict ? "vectors" : "other" })).ModelId);
    }

    [Fact]
    public async Task WarmUp_LoadsWhenTheHostStarts_AndTellsItsOwnListenersOnce()
    {
        var (own, chats, both) = (new List<double>(), new List<double>(), new List<double>());
        await using var provider = Provider(services =>
        {
            var shared = new Told(both);
            services.AddSlerpChatClient(options => (options.ModelPath, options.Engine.ContextTokens) = (_model.FullName, 64)).ReportLoadProgress(new Told(chats));
            services.AddKeyedSlerpChatClient("k", options => options.ModelPath = _model.FullName).ReportLoadProgress(shared);
            services.AddKeyedSlerpEmbeddingGenerator("k", options => (options.ModelPath, options.Engine) = (_model.FullName, new SlerpEngineOptions()))
                .ReportLoadProgress(new Told(own)).ReportLoadProgress(shared).WarmUpOnStart();
        });
        provider.GetRequiredService<SlerpChatClient>();
        provider.GetRequiredKeyedService<SlerpChatClient>("k");
        var service = Assert.Single(provider.GetServices<IHostedService>());
        await service.StartAsync(CancellationToken.None);
        Assert.Equal(1, _loader.Loads);
        Assert.Equal([0.5, 1], own);
        Assert.Equal([0.5, 1], both);
        Assert.Empty(chats);
        Assert.Equal("fake-1b", (await provider.GetRequiredKeyedService<SlerpEmbeddingGenerator>("k").LoadAsync()).Name);
        Assert.Equal(1, _loader.Loads);
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Health_IsThatOfTheGeneratorsModel()
    {
        await using var provider = Provider(services =>
        {
            services.AddLogging().AddKeyedSlerpEmbeddingGenerator("k", options => options.ModelPath = _model.FullName);
            services.AddHealthChecks().AddSlerpEmbeddingHealthCheck("live", "k").AddSlerpEmbeddingHealthCheck("ready", "k", requireLoaded: true, tags: ["ready"]);
        });
        var checks = provider.GetRequiredService<HealthCheckService>();
        var live = (await checks.CheckHealthAsync(check => check.Name == "live")).Entries["live"];
        Assert.Equal((HealthStatus.Degraded, 0), (live.Status, _loader.Loads));
        Assert.Equal(HealthStatus.Unhealthy, (await checks.CheckHealthAsync(check => check.Tags.Contains("ready"))).Status);
        await provider.GetRequiredKeyedService<SlerpEmbeddingGenerator>("k").LoadAsync();
        Assert.Equal(HealthStatus.Healthy, (await checks.CheckHealthAsync()).Status);
        Assert.Equal(1, _loader.Loads);
    }

    [Fact]
    public void InvalidOptions_AreReportedAllAtOnce()
    {
        var options = new SlerpEmbeddingGeneratorOptions { ModelPath = "/no/such/model", Pooling = (Pooling)7, Engine = new SlerpEngineOptions { Threads = -1 } };
        var failures = Assert.Throws<OptionsValidationException>(() => new SlerpEmbeddingGenerator(options)).Failures.ToList();
        Assert.Contains(failures, failure => failure.Contains("/no/such/model", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.Contains("Pooling", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.Contains("Engine.Threads", StringComparison.Ordinal));
        Assert.Throws<ArgumentNullException>(() => new SlerpEmbeddingGenerator(null!));
    }

    [Fact]
    public async Task RealEngine_TextsToUnitVectors()
    {
        using var folder = new TemporaryFolder();
        await using var generator = new SlerpEmbeddingGenerator(new SlerpEmbeddingGeneratorOptions { ModelPath = new ToyCheckpoint().Save(folder) });
        var result = await generator.GenerateAsync(["one text", "another text", "one text"]);
        Assert.All(result, embedding => Assert.Equal(1, Length(embedding.Vector.Span), 5));
        Assert.Equal(result[0].Vector.ToArray(), result[2].Vector.ToArray());
        Assert.NotEqual(result[0].Vector.ToArray(), result[1].Vector.ToArray());
        Assert.NotNull(generator.GetService(typeof(SlerpEngine)));
        await Assert.ThrowsAsync<ContextLengthException>(() => generator.GenerateAsync([new string('x', 300)]));
    }

    private static float Length(ReadOnlySpan<float> vector)
    {
        var squares = 0f;
        foreach (var value in vector)
        {
            squares += value * value;
        }

        return MathF.Sqrt(squares);
    }

    private sealed class Told(List<double> seen) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value) => seen.Add(value.Fraction);
    }

    private ServiceProvider Provider(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection().AddSingleton<IEngineLoader>(_loader);
        register(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}
