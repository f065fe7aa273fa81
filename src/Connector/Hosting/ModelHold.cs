using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.Hosting;

/// <summary>A client's hold on its model: what it shares with other clients of a container, or has to dispose with itself. Thread-safe.</summary>
/// <param name="host">The model.</param>
/// <param name="own">What measures it where the client made both, and disposes both; null where it shares them.</param>
internal sealed class ModelHold(EngineHost host, SlerpInstruments? own) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private volatile Task? _disposal;

    /// <summary>The model.</summary>
    public EngineHost Host => host;

    /// <summary>Refuses what is asked of a client that was disposed.</summary>
    public void ThrowIfDisposed(object client) => ObjectDisposedException.ThrowIf(_disposal is not null, client);

    /// <summary>A client's services: what it says of itself, itself, and what is known of the model once it is loaded.</summary>
    /// <param name="client">The client.</param>
    /// <param name="metadata">What it says of itself.</param>
    /// <param name="serviceType">The type asked for.</param>
    /// <param name="serviceKey">The key asked for; a client has no keyed services.</param>
    public object? Service(object client, object metadata, Type serviceType, object? serviceKey)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
        {
            return null;
        }

        var loaded = host.Loaded;
        return serviceType == metadata.GetType() ? metadata
            : serviceType.IsInstanceOfType(client) ? client
            : serviceType == typeof(ModelInfo) ? loaded?.Model
            : loaded?.GetService(serviceType);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            return new ValueTask(_disposal ??= DisposeOnceAsync());
        }
    }

    private async Task DisposeOnceAsync()
    {
        if (own is not null)
        {
            await host.DisposeAsync().ConfigureAwait(false);
            own.Dispose();
        }
    }
}
