using Microsoft.Extensions.Hosting;

namespace Slerp.Connector.DependencyInjection;

/// <summary>Loads the model when the host starts, so that the first request does not wait for it.</summary>
internal sealed class WarmUpService(SlerpChatClient client) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => client.LoadAsync(cancellationToken);

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
