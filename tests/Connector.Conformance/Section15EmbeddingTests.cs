using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Slerp.Connector.Tests.Doubles;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Conformance;

/// <summary>Contract 1.5: embeddings.</summary>
public sealed class Section15EmbeddingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _provider;
    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator;

    public Section15EmbeddingTests()
    {
        var path = new ToyCheckpoint().Save(_folder);
        var services = new ServiceCollection();
        services.AddSlerpEmbeddingGenerator(options => options.ModelPath = path);
        _provider = services.BuildServiceProvider();
        _generator = _provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
    }

    public void Dispose()
    {
        _provider.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task CountAndOrder_ArePreserved()
    {
        string[] texts = ["one", "two", "three", "one"];
        var together = await _generator.GenerateAsync(texts);
        Assert.Equal(texts.Length, together.Count);
        for (var index = 0; index < texts.Length; index++)
        {
            Assert.Equal((await _generator.GenerateVectorAsync(texts[index])).ToArray(), together[index].Vector.ToArray());
        }
    }

    [Fact]
    public async Task WhatIsIgnored_IsSaidInOneLineEach()
    {
        var logger = new RecordingLogger();
        await using var generator = new SlerpEmbeddingGenerator(
            new SlerpEmbeddingGeneratorOptions { ModelPath = new ToyCheckpoint().Save(_folder, "ignored") }, logger);
        await generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { AdditionalProperties = [] });
        Assert.Empty(Ignored());
        await generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { AdditionalProperties = new() { ["truncate"] = true }, RawRepresentationFactory = _ => "raw" });
        Assert.Single(Ignored(), text => text.Contains("AdditionalProperties", StringComparison.Ordinal));
        Assert.Single(Ignored(), text => text.Contains("RawRepresentationFactory", StringComparison.Ordinal));

        IEnumerable<string> Ignored() => logger.Entries.Select(entry => entry.Text).Where(text => text.StartsWith("Ignored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Usage_CountsTheInput()
    {
        var usage = (await _generator.GenerateAsync(["four", "five5"])).Usage!;
        Assert.Equal((9, 9), (usage.InputTokenCount, usage.TotalTokenCount));
    }

    [Fact]
    public async Task ModelId_IsTheMetadatas() =>
        Assert.Equal(_generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelId, (await _generator.GenerateAsync(["a"]))[0].ModelId);

    [Fact]
    public async Task Vectors_AreNotEmpty_AndOfTheDimensionsTheMetadataNames()
    {
        var embedding = (await _generator.GenerateAsync(["a"]))[0];
        Assert.True(embedding.Dimensions > 0);
        Assert.Equal(embedding.Dimensions, _generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions);
    }

    [Fact]
    public async Task OtherDimensions_AreRefused()
    {
        await Assert.ThrowsAsync<NotSupportedException>(() => _generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 5 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 0 }));
    }

    [Fact]
    public async Task SameInput_SameOutput_ZippedWithItsText()
    {
        var zipped = await _generator.GenerateAndZipAsync(["a", "b"]);
        Assert.Equal(["a", "b"], zipped.Select(pair => pair.Value));
        Assert.Equal(zipped[0].Embedding.Vector.ToArray(), (await _generator.GenerateVectorAsync("a")).ToArray());
    }
}
