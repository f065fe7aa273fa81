using Slerp.Tests.Shared;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>Vectors of texts are the CPU backend's, within rounding.</summary>
public sealed class EmbeddingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Last)]
    public async Task Vectors_EqualTheCpuBackends(Pooling pooling)
    {
        var options = new EngineOptions { ModelPath = new ToyCheckpoint().Save(_folder), Threads = 1, NotesFolder = "" };
        var request = new EmbeddingRequest { Texts = ["one text", "another, of more tokens than the first", "x"], Pooling = pooling };
        await using var cpu = await SlerpEngine.LoadAsync(options);
        await using var torch = await SlerpEngine.LoadAsync(TestDevice.On(options));
        var (expected, actual) = (await cpu.EmbedAsync(request), await torch.EmbedAsync(request));
        Assert.Equal(expected.InputTokens, actual.InputTokens);
        foreach (var (one, other) in expected.Vectors.Zip(actual.Vectors))
        {
            Assert.All(one.ToArray().Zip(other.ToArray()), static pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        }
    }
}
