using Slerp.Connector.Options;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Options;

public sealed class OptionsTests
{
    [Fact]
    public void EngineDefaults_AreTheEngines()
    {
        var options = new SlerpChatClientOptions { ModelPath = "m" };
        Assert.Equal(new EngineOptions { ModelPath = "m" }, options.ToEngineOptions());
    }

    [Fact]
    public void EngineOptions_AreAllCarriedOver()
    {
        var engine = new SlerpEngineOptions
        {
            Backend = "b",
            AdapterPath = "a",
            DraftModelPath = "d",
            WeightFormat = WeightFormat.Int8Channel,
            KvFormat = KvFormat.BFloat16,
            Threads = 1,
            ContextTokens = 2,
            KvCacheBytes = 3,
            MaxConcurrentRequests = 4,
            QueueLimit = 5,
            PrefillChunkTokens = 6,
            CachedPrefixes = 7,
            RememberTranscripts = false,
            SpeculatorPath = "s",
            RecyclingScope = RecyclingScope.Tenant,
            WarmStart = false,
            NotesFolder = "n",
        };
        var frozen = new SlerpChatClientOptions { ModelPath = "m", Engine = engine }.ToEngineOptions();
        foreach (var property in typeof(SlerpEngineOptions).GetProperties())
        {
            Assert.Equal(property.GetValue(engine), typeof(EngineOptions).GetProperty(property.Name)!.GetValue(frozen));
        }

        // The model's path stands beside them; providers of backends are services.
        Assert.Equal(typeof(EngineOptions).GetProperties().Length - 2, typeof(SlerpEngineOptions).GetProperties().Length);
    }

    [Fact]
    public void NoModelPath_IsTheEmbeddedModel()
    {
        var options = new SlerpChatClientOptions();
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "models", "embedded"), options.ToEngineOptions().ModelPath);
        Assert.Equal("embedded", options.DefaultModelId);
    }

    [Fact]
    public void AnswerAsLongAsTheContext_IsAFault()
    {
        var options = new SlerpChatClientOptions { Engine = { ContextTokens = 100 }, Defaults = { MaxOutputTokens = 100 } };
        Assert.Contains(
            new SlerpChatClientOptionsCrossValidator().Validate(null, options).Failures!,
            failure => failure.Contains("Defaults.MaxOutputTokens", StringComparison.Ordinal));
    }

    [Fact]
    public void GgufFile_IsAFaultThatSaysWhatToUse()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("model.gguf", "GGUF");
        foreach (var path in new[] { file, folder.FullPath, folder.Path("absent.gguf") })
        {
            var faults = new SlerpChatClientOptionsCrossValidator().Validate(null, new SlerpChatClientOptions { ModelPath = path }).Failures!;
            Assert.Contains(faults, fault => fault.Contains("original Hugging Face checkpoint", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void MissingSections_AreFaults()
    {
        foreach (var options in new[]
        {
            new SlerpChatClientOptions { Engine = null!, Defaults = null! },
            new SlerpChatClientOptions { Quality = null! },
            new SlerpChatClientOptions { Resilience = null! },
        })
        {
            Assert.True(new SlerpChatClientOptionsValidator().Validate(null, options).Succeeded);
            Assert.True(new SlerpChatClientOptionsCrossValidator().Validate(null, options).Failed);
        }
    }

    [Theory]
    [InlineData("recyling", SlerpMergingMode.None, "recycling")]
    [InlineData("recycling", SlerpMergingMode.Incremental, "vanilla")]
    [InlineData("auto", SlerpMergingMode.Incremental, null)]
    [InlineData("recycling", SlerpMergingMode.Prompt, null)]
    public void DrafterThatNoRequestCouldUse_IsAFaultAtTheStart(string drafter, SlerpMergingMode mode, string? said)
    {
        var options = new SlerpChatClientOptions { Defaults = { Drafter = drafter, Merging = { Mode = mode } } };
        var faults = new SlerpChatClientOptionsCrossValidator().Validate(null, options).Failures ?? [];
        Assert.Equal(said is null ? 0 : 1, faults.Count());
        Assert.All(faults, fault => Assert.Contains("Defaults.Drafter", fault, StringComparison.Ordinal));
        Assert.All(faults, fault => Assert.Contains(said!, fault, StringComparison.Ordinal));
    }

    [Fact]
    public void FoldersThatAreNotThere_AreFaultsAtTheStart_OfClientsAndGenerators()
    {
        var engine = new SlerpEngineOptions { AdapterPath = "no-a", DraftModelPath = "no-d", SpeculatorPath = " " };
        string[] client = [.. new SlerpChatClientOptionsCrossValidator().Validate(null, new SlerpChatClientOptions { Engine = engine }).Failures!];
        string[] generator = [.. new SlerpEmbeddingGeneratorOptionsCrossValidator().Validate(null, new SlerpEmbeddingGeneratorOptions { Engine = engine }).Failures!];
        Assert.Equal(client, generator);
        Assert.Equal(3, client.Length);
        Assert.All(
            new[] { "Engine.AdapterPath", "Engine.DraftModelPath", "Engine.SpeculatorPath" }.Zip(client), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
    }
}
