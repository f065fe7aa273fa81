using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Slerp.Connector.Hosting;
using Slerp.Connector.Options;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests;

/// <summary>A LoRA adapter named in the options: the embedded model with one made on the spot, beside the embedded model as it is.</summary>
public sealed class AdapterTests : IDisposable
{
    private static readonly string Embedded = Path.Combine(AppContext.BaseDirectory, "models", "embedded");

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLogger _log = new();
    private readonly string _adapter;

    // The embedded model's dimensions.
    public AdapterTests() => _adapter = new ToyAdapter
    {
        Model = new ToyCheckpoint { Layers = 16, Width = 192, Heads = 3, KvHeads = 3, HeadSize = 64, MlpWidth = 512 },
        Alpha = 64,
    }.Save(_folder, "terse");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EmbeddedModel_WithAnAdapter_IsAnotherModelBesideItself()
    {
        await using var alone = Provider(services => services.AddSlerpChatClient());
        await using var both = Provider(services =>
        {
            services.AddSlerpChatClient();
            services.AddKeyedSlerpChatClient("adapted", options => options.Engine.AdapterPath = _adapter);
            services.AddHealthChecks().AddSlerpHealthCheck("adapted", "adapted");
        });
        var expected = await AskAsync(alone.GetRequiredService<IChatClient>());
        var (plain, adapted) = (both.GetRequiredService<IChatClient>(), both.GetRequiredKeyedService<IChatClient>("adapted"));
        var answers = await Task.WhenAll(AskAsync(plain), AskAsync(adapted), AskAsync(plain), AskAsync(adapted));
        Assert.Equal(expected.Text, answers[0].Text);
        Assert.Equal(expected.Text, answers[2].Text);
        Assert.Equal(answers[1].Text, answers[3].Text);
        Assert.NotEqual(expected.Text, answers[1].Text);
        Assert.Equal(["embedded", "embedded+terse"], answers.Take(2).Select(answer => answer.ModelId));

        var model = adapted.GetRequiredService<ModelInfo>();
        Assert.Equal(("embedded+terse", new AdapterInfo("terse", 4, 16, 112, "somewhere/toy")), (model.Name, model.Adapter));
        Assert.Equal(plain.GetRequiredService<ModelInfo>().WeightBytes, model.WeightBytes);
        Assert.Contains(_log.Entries, entry => entry.Text == "Model embedded+terse has the adapter terse merged into 112 matrices: rank 4, scale 16, trained on somewhere/toy.");
        var health = await both.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal("embedded+terse", Assert.Single(health.Entries).Value.Data["model"]);
    }

    [Fact]
    public async Task Embeddings_OfACheckpointWhoseClientHasAnAdapter_AreTheCheckpointsOwn()
    {
        async Task<float[]> VectorAsync(ServiceProvider provider) =>
            (await provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateAsync(["Birds fly south."]))[0].Vector.ToArray();
        await using var alone = Provider(services => services.AddSlerpEmbeddingGenerator());
        await using var beside = Provider(
            services => services.AddSlerpChatClient(options => options.Engine.AdapterPath = _adapter), services => services.AddSlerpEmbeddingGenerator());
        await using var adapted = Provider(services => services.AddSlerpEmbeddingGenerator(options => options.Engine = new SlerpEngineOptions { AdapterPath = _adapter }));
        var expected = await VectorAsync(alone);
        Assert.Equal(expected, await VectorAsync(beside));
        Assert.NotEqual(expected, await VectorAsync(adapted));
        Assert.Equal("embedded+terse", adapted.GetRequiredService<SlerpEmbeddingGenerator>().GetService<EmbeddingGeneratorMetadata>()!.DefaultModelId);
    }

    [Fact]
    public async Task Configuration_NamesTheAdapter_AndOneFolderIsOneModel()
    {
        var loader = new FakeLoader(new FakeEngine());
        var section = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Slerp:Engine:AdapterPath"] = _adapter }).Build().GetSection("Slerp");
        await using var provider = Provider(
            services => services.AddSlerpChatClient(section),
            services => services.AddKeyedSlerpChatClient("same", options => options.Engine.AdapterPath = Path.Combine(_adapter, "..", "terse") + Path.DirectorySeparatorChar),
            services => services.AddKeyedSlerpChatClient("base", _ => { }),
            services => services.AddSingleton<IEngineLoader>(loader));
        var client = provider.GetRequiredService<IChatClient>();
        Assert.Equal("embedded+terse", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        await AskAsync(client);
        Assert.Equal((Embedded, _adapter), (loader.Options!.ModelPath, loader.Options.AdapterPath));
        await AskAsync(provider.GetRequiredKeyedService<IChatClient>("same"));
        Assert.Equal(1, loader.Loads);
        await AskAsync(provider.GetRequiredKeyedService<IChatClient>("base"));
        Assert.Equal(2, loader.Loads);
    }

    [Theory]
    [InlineData("", "is empty; leave it null")]
    [InlineData("no/such/adapter", "'no/such/adapter' holds no adapter_config.json")]
    public void PathWithoutAnAdapter_IsAFaultOfEitherOptions(string path, string fault)
    {
        var engine = new SlerpEngineOptions { AdapterPath = path };
        foreach (var result in new[]
        {
            new SlerpChatClientOptionsCrossValidator().Validate(null, new SlerpChatClientOptions { Engine = engine }),
            new SlerpEmbeddingGeneratorOptionsCrossValidator().Validate(null, new SlerpEmbeddingGeneratorOptions { Engine = engine }),
        })
        {
            var failure = Assert.Single(result.Failures!);
            Assert.Contains("Engine.AdapterPath", failure, StringComparison.Ordinal);
            Assert.Contains(fault, failure, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AdapterOfAnotherModel_FailsTheFirstRequestByName_AndTheHealthCheck()
    {
        var other = new ToyAdapter().Save(_folder, "other");
        await using var provider = Provider(services => services.AddSlerpChatClient(options => options.Engine.AdapterPath = other));
        var refusal = await Assert.ThrowsAsync<CheckpointException>(() => AskAsync(provider.GetRequiredService<IChatClient>()));
        Assert.Contains("adapter_model.safetensors", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("expected [4, 192]", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<ChatResponse> AskAsync(IChatClient client) =>
        client.GetResponseAsync("Are birds real?", new ChatOptions { MaxOutputTokens = 40, Temperature = 0, Seed = 1 });

    private ServiceProvider Provider(params Action<IServiceCollection>[] registrations)
    {
        var services = new ServiceCollection().AddSingleton<ILoggerFactory>(_log).AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        foreach (var register in registrations)
        {
            register(services);
        }

        return services.BuildServiceProvider();
    }
}
