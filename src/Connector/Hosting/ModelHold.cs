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
    public void ThrowIfDisposed(object client) => ObjectDisposedException.ThrowIf(_disposal is not null || host.IsDisposed, client);

    /// <summary>Loads the model now.</summary>
    public async Task<IEngine> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await host.GetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (CutOff(failure, cancellationToken) is { } cutOff)
        {
            throw cutOff;
        }
    }

    /// <summary>What a request is told that was under way when its model was disposed: that it was cancelled. Null where something else ended it.</summary>
    /// <remarks>Not that something it never held is disposed: whoever retries, or treats cancellation as no fault, does the right thing by itself.</remarks>
    /// <param name="failure">What it ended with.</param>
    /// <param name="cancellationToken">The caller's: who cancelled too is told of that.</param>
    public OperationCanceledException? CutOff(Exception failure, CancellationToken cancellationToken) =>
        failure is not ObjectDisposedException || !host.IsDisposed ? null
        : cancellationToken.IsCancellationRequested ? new OperationCanceledException(cancellationToken)
        : new OperationCanceledException(
            "The model was disposed while the request ran: the application is shutting down, or disposed its services or the client. "
            + "To have answers end before that, await them, or pass the token of the host's shutdown.",
            failure,
            new CancellationToken(canceled: true));

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
