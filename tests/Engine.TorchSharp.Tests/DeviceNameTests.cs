using Slerp.Tests.Shared;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>What may be asked for, and what is said where it is not there.</summary>
public sealed class DeviceNameTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("torch-cpu", "torch-cpu")]
    [InlineData("cuda", "cuda:0")]
    [InlineData("cuda:0", "cuda:0")]
    [InlineData("cuda:13", "cuda:13")]
    public void KnownNames_AreRead(string text, string expected)
    {
        Assert.True(DeviceName.TryParse(text, out var name));
        Assert.Equal(expected, name.ToString());
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("CUDA")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:99999999999")]
    [InlineData("cuda1")]
    [InlineData("")]
    public void OtherNames_AreNotServed(string text) => Assert.False(new TorchSharpBackendProvider().Serves(text));

    [Fact]
    public async Task UnknownBackend_NamesTheKnownOnes()
    {
        var options = new EngineOptions
        {
            ModelPath = new ToyCheckpoint().Save(_folder), Backend = "rocm", BackendProviders = [new TorchSharpBackendProvider()],
        };
        var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => SlerpEngine.LoadAsync(options));
        Assert.Contains("cpu, cuda, cuda:N, torch-cpu", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CudaThatIsNotThere_SaysWhatWasFoundAndWhatToDo()
    {
        // No machine has so many cards: the message is the same as where there is none.
        var options = new EngineOptions
        {
            ModelPath = new ToyCheckpoint().Save(_folder), Backend = "cuda:4096", BackendProviders = [new TorchSharpBackendProvider()],
        };
        var error = await Assert.ThrowsAsync<DeviceException>(() => SlerpEngine.LoadAsync(options));
        Assert.Contains("cuda:4096", error.Message, StringComparison.Ordinal);
        Assert.Contains("found:", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }
}
