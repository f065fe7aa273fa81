using Microsoft.Extensions.Hosting;
using Slerp.Connector.Hosting;

namespace Slerp.Connector.DependencyInjection;

/// <summary>Loads the model when the host starts, so that the first request does not wait for it.</summary>
internal sealed class WarmUpService(EngineHost host) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => host.GetAsync(cancellationToken);

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
