using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Slerp.Engine;
using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;
using Slerp.Tests.Shared;

namespace Slerp.Integration.Tests.Connector;

/// <summary>Backends that the application registers are known at start; other names are refused there.</summary>
public sealed class BackendNameTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NameOfARegisteredBackend_PassesTheStart_AndAnswers()
    {
        await using var provider = Provider("other:2");
        provider.GetRequiredService<IStartupValidator>().Validate();
        var response = await provider.GetRequiredService<IChatClient>().GetResponseAsync("Hi", new ChatOptions { MaxOutputTokens = 2 });
        Assert.Equal(2, response.Usage!.OutputTokenCount);
    }

    [Fact]
    public async Task AnyOtherName_IsRefusedAtStart_WithTheRegisteredOnes()
    {
        await using var provider = Provider("othr:2");
        var failure = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains("'othr:2'. Known: cpu, other:N.", failure.Message, StringComparison.Ordinal);
    }

    private ServiceProvider Provider(string backend)
    {
        var services = new ServiceCollection();
        var path = new ToyCheckpoint().Save(_folder);
        services.AddSlerpChatClient(options => (options.ModelPath, options.Engine.Backend, options.Engine.Threads) = (path, backend, 1));
        services.AddSingleton<BackendProvider, Other>();
        return services.BuildServiceProvider();
    }

    private sealed class Other : BackendProvider
    {
        public override IReadOnlyList<string> Names => ["other:N"];

        internal override bool Serves(string backend) => backend.StartsWith("other:", StringComparison.Ordinal);

        internal override IComputeBackend Create(EngineOptions options) => new CpuBackend(new CpuBackendOptions(options.Threads));
    }
}
