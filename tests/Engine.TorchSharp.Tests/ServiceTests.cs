using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Slerp.Tests.Shared;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>The two lines of an application.</summary>
public sealed class ServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ChatClient_RunsOnTheRegisteredBackend()
    {
        var path = new ToyCheckpoint().Save(_folder);
        var services = new ServiceCollection().AddSlerpTorchSharp().AddSlerpTorchSharp();
        Assert.Single(services);
        services.AddSlerpChatClient(options =>
        {
            options.ModelPath = path;
            options.Engine.Backend = TestDevice.Name;
        });
        await using var provider = services.BuildServiceProvider();
        var response = await provider.GetRequiredService<IChatClient>().GetResponseAsync(
            "abc", new ChatOptions { MaxOutputTokens = 4, AdditionalProperties = new() { ["slerp.raw"] = true } });
        Assert.Equal(4, response.Usage?.OutputTokenCount);
    }

    [Fact]
    public async Task ChatClient_WithoutTheRegistration_IsToldOfIt()
    {
        var path = new ToyCheckpoint().Save(_folder);
        var services = new ServiceCollection();
        services.AddSlerpChatClient(options =>
        {
            options.ModelPath = path;
            options.Engine.Backend = "cuda";
        });
        await using var provider = services.BuildServiceProvider();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => provider.GetRequiredService<IChatClient>().GetResponseAsync("abc"));
        Assert.Contains("AddSlerpTorchSharp", error.Message, StringComparison.Ordinal);
    }
}
