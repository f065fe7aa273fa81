using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slerp.Connector.Hosting;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;

namespace Slerp.Connector.Tests.DependencyInjection;

/// <summary>Rules of registration.</summary>
public sealed class RegistrationTests : IDisposable
{
    private readonly DirectoryInfo _model = Directory.CreateTempSubdirectory("slerp-registration-");
    private readonly FakeLoader _loader = new(new FakeEngine());

    public RegistrationTests() => File.WriteAllText(Path.Combine(_model.FullName, "config.json"), "{}");

    [Fact]
    public async Task DefaultClient_IsOneSingletonUnderEveryFace()
    {
        await using var provider = Provider(services => services.AddSlerpChatClient(options => options.ModelPath = _model.FullName));
        var client = provider.GetRequiredService<IChatClient>();
        Assert.Same(client, provider.GetRequiredService<SlerpChatClient>());
        Assert.Same(client, provider.GetRequiredService<IChatClient>());
        Assert.Equal(_model.Name, client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Equal(0, _loader.Loads);
        Assert.Equal("Hello there", (await client.GetResponseAsync("Hi")).Text);
        Assert.Equal(_model.FullName, _loader.Options!.ModelPath);
    }

    [Theory]
    [InlineData("small")]
    [InlineData(7)]
    public async Task KeyedClients_StandApart(object key)
    {
        await using var provider = Provider(services =>
        {
            services.AddKeyedSlerpChatClient(key, options => (options.ModelPath, options.ModelId) = (_model.FullName, "keyed"));
            services.AddKeyedSlerpChatClient("other", options => (options.ModelPath, options.ModelId) = (_model.FullName, "other"));
            services.AddSlerpChatClient(options => (options.ModelPath, options.ModelId) = (_model.FullName, "default"));
        });
        string? Id(IChatClient client) => client.GetService<ChatClientMetadata>()!.DefaultModelId;
        Assert.Equal("keyed", Id(provider.GetRequiredKeyedService<IChatClient>(key)));
        Assert.Equal("keyed", Id(provider.GetRequiredKeyedService<SlerpChatClient>(key)));
        Assert.Equal("other", Id(provider.GetRequiredKeyedService<IChatClient>("other")));
        Assert.Equal("default", Id(provider.GetRequiredService<IChatClient>()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("small")]
    [InlineData(7)]
    public void OneKeyTwice_IsRefusedByName_OfEitherKind(object? key)
    {
        var services = new ServiceCollection();
        services.AddKeyedSlerpChatClient(key, options => options.ModelPath = _model.FullName);
        services.AddKeyedSlerpEmbeddingGenerator(key, options => options.ModelPath = _model.FullName);
        var count = services.Count;
        var name = key is null ? "default" : $"'{key}'";
        Assert.Contains(name, Assert.Throws<InvalidOperationException>(() => services.AddKeyedSlerpChatClient(key, _ => { })).Message, StringComparison.Ordinal);
        Assert.Contains(name, Assert.Throws<InvalidOperationException>(() => services.AddKeyedSlerpChatClient(key, Section([]))).Message, StringComparison.Ordinal);
        Assert.Contains(name, Assert.Throws<InvalidOperationException>(() => services.AddKeyedSlerpEmbeddingGenerator(key, _ => { })).Message, StringComparison.Ordinal);
        Assert.Contains(name, Assert.Throws<InvalidOperationException>(() => services.AddKeyedSlerpEmbeddingGenerator(key, Section([]))).Message, StringComparison.Ordinal);
        Assert.Equal(count, services.Count);
    }

    [Fact]
    public async Task KeysThatAreSpelledAlike_HaveOptionsOfTheirOwn()
    {
        object[] keys = ["", "System.Int32:7", 7, new Silent(), new Silent()];
        await using var provider = Provider(services =>
        {
            services.AddSlerpChatClient(options => (options.ModelPath, options.ModelId) = (_model.FullName, "default"));
            for (var index = 0; index < keys.Length; index++)
            {
                var id = $"{index}";
                services.AddKeyedSlerpChatClient(keys[index], options => (options.ModelPath, options.ModelId) = (_model.FullName, id));
            }
        });
        string? Id(IChatClient client) => client.GetService<ChatClientMetadata>()!.DefaultModelId;
        Assert.Equal("default", Id(provider.GetRequiredService<IChatClient>()));
        Assert.Equal(["0", "1", "2", "3", "4"], keys.Select(key => Id(provider.GetRequiredKeyedService<IChatClient>(key))));
    }

    [Fact]
    public async Task OptionsOfAKey_CanBeConfiguredByItsName()
    {
        await using var provider = Provider(
            services => services.AddKeyedSlerpChatClient("small", options => (options.ModelPath, options.ModelId) = (_model.FullName, "first")),
            services => services.PostConfigure<SlerpChatClientOptions>("small", options => options.ModelId = "changed"));
        Assert.Equal("changed", provider.GetRequiredKeyedService<IChatClient>("small").GetService<ChatClientMetadata>()!.DefaultModelId);
    }

    [Fact]
    public async Task KeyedClientOnly_IsNoDefault()
    {
        await using var provider = Provider(services => services.AddKeyedSlerpChatClient("k", options => options.ModelPath = _model.FullName));
        Assert.Null(provider.GetService<IChatClient>());
    }

    [Fact]
    public async Task Middleware_TheFirstUsedIsTheOutermost()
    {
        await using var provider = Provider(services => services.AddSlerpChatClient(options => options.ModelPath = _model.FullName)
            .Use((inner, _) => new Named("outer", inner))
            .Use((inner, sp) => new Named(sp.GetRequiredService<string>(), inner)), services => services.AddSingleton("inner"));
        var outer = Assert.IsType<Named>(provider.GetRequiredService<IChatClient>());
        Assert.Equal("outer", outer.Name);
        Assert.Equal("inner", Assert.IsType<Named>(outer.Inner).Name);
        Assert.Same(provider.GetRequiredService<SlerpChatClient>(), outer.GetService<SlerpChatClient>());
    }

    [Fact]
    public async Task Configuration_IsBoundWithItsSections()
    {
        var section = Section(new()
        {
            ["slerp:modelpath"] = _model.FullName,
            ["Slerp:UnsupportedContent"] = "Ignore",
            ["Slerp:Engine:WeightFormat"] = "Int8Block32",
            ["Slerp:Engine:Threads"] = "1",
            ["Slerp:Defaults:Temperature"] = "0.25",
            ["Slerp:Defaults:StopSequences:0"] = "END",
        });
        await using var provider = Provider(services => services.AddSlerpChatClient(section));
        await provider.GetRequiredService<IChatClient>().GetResponseAsync("Hi");
        var engine = _loader.Options!;
        Assert.Equal((WeightFormat.Int8Block32, 1), (engine.WeightFormat, engine.Threads));
        var options = provider.GetRequiredService<IOptionsMonitor<SlerpChatClientOptions>>().CurrentValue;
        Assert.Equal((UnsupportedContent.Ignore, 0.25f), (options.UnsupportedContent, options.Defaults.Temperature));
        Assert.Equal(["END"], options.Defaults.StopSequences!);
    }

    [Theory]
    [InlineData("Slerp:ModelPaht")]
    [InlineData("Slerp:Engine:Thread")]
    [InlineData("Slerp:Defaults:Temprature")]
    public async Task Configuration_UnknownKeys_AreErrors(string key)
    {
        await using var provider = Provider(services => services.AddSlerpChatClient(Section(new() { ["Slerp:ModelPath"] = _model.FullName, [key] = "1" })));
        var error = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<IChatClient>());
        Assert.Contains(key.Split(':')[^1], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_SectionThatIsMissing_IsRefusedByItsPath()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Slerp:ModelPath", _model.FullName)]).Build();
        await using var provider = Provider(
            services => services.AddSlerpChatClient(configuration.GetSection("Apps:Slerpp")),
            services => services.AddSlerpEmbeddingGenerator(configuration.GetSection("Slerpp")));
        Assert.Contains("'Apps:Slerpp'", Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IChatClient>()).Message, StringComparison.Ordinal);
        Assert.Contains("'Slerpp'", Assert.Throws<OptionsValidationException>(
            () => provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>()).Message, StringComparison.Ordinal);
        Assert.Equal(2, Assert.Throws<AggregateException>(() => provider.GetRequiredService<IStartupValidator>().Validate()).InnerExceptions.Count);
    }

    [Fact]
    public async Task Configuration_ThatIsAddedLater_Counts()
    {
        var configuration = new ConfigurationManager();
        await using var provider = Provider(services => services.AddSlerpChatClient(configuration.GetSection("Slerp")));
        configuration.AddInMemoryCollection([new("Slerp:ModelPath", _model.FullName)]);
        Assert.NotNull(provider.GetRequiredService<IChatClient>());
    }

    [Fact]
    public async Task EmbeddedModel_ThatNobodyNamed_IsTold_LouderWhereConfigurationForgotIt()
    {
        var logger = new RecordingLogger();
        await using var provider = Provider(
            services => services.AddSingleton<ILoggerFactory>(logger),
            services => services.AddSlerpChatClient(Section(new() { ["Slerp:Defaults:Temperature"] = "0" })),
            services => services.AddKeyedSlerpChatClient("code", _ => { }),
            services => services.AddKeyedSlerpChatClient("named", options => options.ModelPath = _model.FullName));
        provider.GetRequiredService<IChatClient>();
        Assert.Contains("the default client uses the embedded demonstration model", Assert.Single(logger.Warnings), StringComparison.Ordinal);
        provider.GetRequiredKeyedService<IChatClient>("code");
        provider.GetRequiredKeyedService<IChatClient>("named");
        Assert.Contains(logger.Entries, entry => entry.Level == LogLevel.Information && entry.Text.Contains("'code'", StringComparison.Ordinal));
        Assert.DoesNotContain(logger.Entries, entry => entry.Text.Contains("'named'", StringComparison.Ordinal));
        Assert.Single(logger.Warnings);
    }

    [Fact]
    public async Task Middleware_WithoutServices_AndAroundGenerators()
    {
        await using var provider = Provider(services =>
        {
            services.AddSlerpChatClient(options => options.ModelPath = _model.FullName).Use(inner => new Named("outer", inner)).Use((inner, _) => new Named("inner", inner));
            services.AddSlerpEmbeddingGenerator(options => options.ModelPath = _model.FullName)
                .Use(inner => new NamedGenerator("outer", inner))
                .Use((inner, sp) => new NamedGenerator(sp.GetRequiredService<string>(), inner));
            services.AddKeyedSlerpEmbeddingGenerator("broken", options => options.ModelPath = _model.FullName).Use(_ => null!);
        }, services => services.AddSingleton("inner"));
        Assert.Equal("inner", Assert.IsType<Named>(Assert.IsType<Named>(provider.GetRequiredService<IChatClient>()).Inner).Name);
        var outer = Assert.IsType<NamedGenerator>(provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
        Assert.Equal(("outer", "inner"), (outer.Name, Assert.IsType<NamedGenerator>(outer.Inner).Name));
        Assert.Single(await outer.GenerateAsync(["a"]));
        Assert.Contains("AddSlerpEmbeddingGenerator", Assert.Throws<InvalidOperationException>(
            () => provider.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("broken")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tenant_IsTheRequests_ElseWhatTheApplicationSays_ElseTheClients()
    {
        var engine = new FakeEngine();
        string? user = "alice";
        await using var provider = Provider(
            services => services.AddSingleton<IEngineLoader>(new FakeLoader(engine)).AddSingleton(() => user),
            services => services.AddSlerpChatClient(options => options.ModelPath = _model.FullName).UseTenant((sp, _) => sp.GetRequiredService<Func<string?>>()()));
        var client = provider.GetRequiredService<IChatClient>();
        var options = new ChatOptions { AdditionalProperties = new() { ["other"] = 1 } };
        await client.GetResponseAsync("Hi");
        await client.GetStreamingResponseAsync("Hi", options).ToChatResponseAsync();
        Assert.Equal(["alice", "alice"], engine.Requests.Select(request => request.Tenant));
        Assert.Equal(["other"], options.AdditionalProperties.Keys);
        await client.GetResponseAsync("Hi", new ChatOptions { AdditionalProperties = new() { [SlerpProperties.Tenant] = "bob" } });
        Assert.Equal("bob", engine.LastRequest.Tenant);
        await client.GetResponseAsync("Hi", new ChatOptions { AdditionalProperties = new() { [SlerpProperties.Tenant] = null } });
        Assert.Equal("alice", engine.LastRequest.Tenant);
        user = null;
        await client.GetResponseAsync("Hi");
        await client.GetResponseAsync("Hi", options);
        Assert.DoesNotContain(engine.LastRequest.Tenant, new[] { "alice", "bob", "" });
        Assert.Equal(engine.Requests[^2].Tenant, engine.LastRequest.Tenant);
    }

    [Fact]
    public async Task InvalidOptions_AreReportedAtStart_AllAtOnce()
    {
        await using var provider = Provider(services => services.AddSlerpChatClient(options =>
        {
            options.ModelPath = "/no/such/model";
            options.Engine.Threads = -1;
            options.Defaults.TopP = 2;
        }));
        var error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains(error.Failures, failure => failure.Contains("/no/such/model", StringComparison.Ordinal));
        Assert.Contains(error.Failures, failure => failure.Contains("Engine.Threads", StringComparison.Ordinal));
        Assert.Contains(error.Failures, failure => failure.Contains("Defaults.TopP", StringComparison.Ordinal));
    }

    [Fact]
    public async Task BackendThatNothingAnswersTo_AndThreadsTheMachineHasNot_AreRefusedAtStart_OfEitherKind()
    {
        var threads = Environment.ProcessorCount + 1;
        await using var provider = Provider(services =>
        {
            services.AddKeyedSlerpChatClient("a", options => (options.ModelPath, options.Engine.Backend, options.Engine.Threads) = (_model.FullName, "cudaa", threads));
            services.AddSlerpEmbeddingGenerator(
                options => (options.ModelPath, options.Engine) = (_model.FullName, new SlerpEngineOptions { Backend = "cudaa", Threads = threads }));
        });
        var faults = Assert.Throws<AggregateException>(() => provider.GetRequiredService<IStartupValidator>().Validate()).InnerExceptions.Cast<OptionsValidationException>();
        Assert.Equal(2, faults.Count());
        Assert.All(faults, fault =>
        {
            Assert.Equal(2, fault.Failures.Count());
            Assert.Contains("Engine.Backend", fault.Message, StringComparison.Ordinal);
            Assert.Contains("'cudaa'. Known: cpu.", fault.Message, StringComparison.Ordinal);
            Assert.Contains("AddSlerpTorchSharp", fault.Message, StringComparison.Ordinal);
            Assert.Contains($"Engine.Threads: is {threads}", fault.Message, StringComparison.Ordinal);
        });
        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredKeyedService<IChatClient>("a"));
        Assert.Throws<OptionsValidationException>(() => new SlerpChatClient(new SlerpChatClientOptions { ModelPath = _model.FullName, Engine = { Backend = "cuda" } }));
        Assert.Equal(0, _loader.Loads);
    }

    [Fact]
    public async Task WarmUp_LoadsWhenTheHostStarts()
    {
        await using var provider = Provider(services => services.AddKeyedSlerpChatClient("k", options => options.ModelPath = _model.FullName).WarmUpOnStart());
        var service = Assert.Single(provider.GetServices<IHostedService>());
        await service.StartAsync(CancellationToken.None);
        Assert.Equal(1, _loader.Loads);
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task WarmUp_ThatFails_FailsTheStart()
    {
        _loader.Failure = new DeviceException("too small", isTransient: false);
        await using var provider = Provider(services => services.AddSlerpChatClient(options => options.ModelPath = _model.FullName).WarmUpOnStart());
        Assert.Same(_loader.Failure, await Assert.ThrowsAsync<DeviceException>(() => Assert.Single(provider.GetServices<IHostedService>()).StartAsync(CancellationToken.None)));
    }

    [Fact]
    public async Task SeveralClients_OfOneCheckpoint_ShareItsWeights_OtherSettingsDoNot()
    {
        await using var provider = Provider(services =>
        {
            services.AddSlerpChatClient(options => options.ModelPath = _model.FullName);
            services.AddKeyedSlerpChatClient("same", options => (options.ModelPath, options.ModelId) = (_model.FullName + Path.DirectorySeparatorChar, "same"));
            services.AddSlerpEmbeddingGenerator(options => options.ModelPath = _model.FullName);
            services.AddKeyedSlerpChatClient("packed", options => (options.ModelPath, options.Engine.WeightFormat) = (_model.FullName, WeightFormat.Int8Block32));
            services.AddKeyedSlerpChatClient("drafts", options => (options.ModelPath, options.Engine.DraftModelPath) = (_model.FullName, _model.FullName));
            services.AddKeyedSlerpChatClient("too", options => (options.ModelPath, options.Engine.DraftModelPath) = (_model.FullName, Path.Combine(_model.FullName, ".")));
        });
        var answers = await Task.WhenAll(
            provider.GetRequiredService<IChatClient>().GetResponseAsync("Hi"), provider.GetRequiredKeyedService<IChatClient>("same").GetResponseAsync("Hi"));
        await provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateAsync(["Hi"]);
        Assert.Equal([_model.Name, "same"], answers.Select(answer => answer.ModelId));
        Assert.Equal(1, _loader.Loads);
        await provider.GetRequiredKeyedService<IChatClient>("packed").GetResponseAsync("Hi");
        Assert.Equal(2, _loader.Loads);
        await provider.GetRequiredKeyedService<IChatClient>("drafts").GetResponseAsync("Hi");
        await provider.GetRequiredKeyedService<IChatClient>("too").GetResponseAsync("Hi");
        Assert.Equal(3, _loader.Loads);
    }

    [Fact]
    public async Task LoadProgress_IsReported()
    {
        var seen = new List<double>();
        await using var provider = Provider(services => services.AddSlerpChatClient(options => options.ModelPath = _model.FullName)
            .ReportLoadProgress(new Told(seen)));
        await provider.GetRequiredService<SlerpChatClient>().LoadAsync();
        Assert.Equal([0.5, 1], seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ProviderDisposed_DisposesTheEngineOnce(bool asynchronously)
    {
        var engine = new FakeEngine();
        var provider = Provider(
            services => services.AddSlerpChatClient(options => options.ModelPath = _model.FullName).Use((inner, _) => new Named("outer", inner)),
            services => services.AddSingleton<IEngineLoader>(new FakeLoader(engine)));
        var client = provider.GetRequiredService<IChatClient>();
        await client.GetResponseAsync("Hi");
        if (asynchronously)
        {
            await provider.DisposeAsync();
        }
        else
        {
            provider.Dispose();
        }

        Assert.Equal(1, engine.Disposals);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetResponseAsync("Hi"));
    }

    [Fact]
    public void NullArguments_AreRefused()
    {
        var services = new ServiceCollection();
        Assert.Throws<ArgumentNullException>(() => ((IServiceCollection)null!).AddSlerpChatClient());
        Assert.Throws<ArgumentNullException>(() => services.AddSlerpChatClient((Action<SlerpChatClientOptions>)null!));
        Assert.Throws<ArgumentNullException>(() => services.AddSlerpChatClient((IConfiguration)null!));
        Assert.Throws<ArgumentNullException>(() => services.AddSlerpChatClient().Use((Func<IChatClient, IServiceProvider, IChatClient>)null!));
        Assert.Throws<ArgumentNullException>(() => services.AddKeyedSlerpChatClient("a", _ => { }).Use((Func<IChatClient, IChatClient>)null!));
        Assert.Throws<ArgumentNullException>(() => services.AddKeyedSlerpChatClient("b", _ => { }).UseTenant(null!));
    }

    [Fact]
    public void PublicConstructor_ReportsEveryFault()
    {
        var options = new SlerpChatClientOptions { ModelPath = _model.FullName, Engine = { QueueLimit = -1 }, Defaults = { MaxOutputTokens = 0 } };
        Assert.Equal(2, Assert.Throws<OptionsValidationException>(() => new SlerpChatClient(options)).Failures.Count());
        Assert.Throws<ArgumentNullException>(() => new SlerpChatClient(null!));
        options = new SlerpChatClientOptions { ModelPath = _model.FullName + Path.DirectorySeparatorChar };
        using var client = new SlerpChatClient(options);
        Assert.Equal(_model.Name, ((IChatClient)client).GetService<ChatClientMetadata>()!.DefaultModelId);
    }

    public void Dispose() => _model.Delete(recursive: true);

    private static IConfigurationSection Section(Dictionary<string, string?> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values).Build().GetSection("Slerp");

    private ServiceProvider Provider(params Action<IServiceCollection>[] registrations)
    {
        var services = new ServiceCollection().AddSingleton<IEngineLoader>(_loader);
        foreach (var register in registrations.Reverse())
        {
            register(services);
        }

        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    private sealed class Named(string name, IChatClient inner) : DelegatingChatClient(inner)
    {
        public string Name => name;

        public IChatClient Inner => InnerClient;
    }

    private sealed class NamedGenerator(string name, IEmbeddingGenerator<string, Embedding<float>> inner) : DelegatingEmbeddingGenerator<string, Embedding<float>>(inner)
    {
        public string Name => name;

        public IEmbeddingGenerator<string, Embedding<float>> Inner => InnerGenerator;
    }

    private sealed class Told(List<double> seen) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value) => seen.Add(value.Fraction);
    }

    // Spelled like every other one of its kind.
    private sealed class Silent;
}
