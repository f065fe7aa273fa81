namespace Slerp.Connector.DependencyInjection;

/// <summary>What is put around a client; the first added is the outermost.</summary>
/// <typeparam name="TClient">The client's interface.</typeparam>
/// <param name="registrar">The method whose middleware it is, for who reads a failure.</param>
internal sealed class Middleware<TClient>(string registrar)
    where TClient : class
{
    private readonly List<Func<TClient, IServiceProvider, TClient>> _layers = [];

    /// <summary>Adds one inside the earlier ones.</summary>
    public void Add(Func<TClient, IServiceProvider, TClient> layer)
    {
        ArgumentNullException.ThrowIfNull(layer, "middleware");
        _layers.Add(layer);
    }

    /// <summary>The client inside all of them.</summary>
    public TClient Around(TClient client, IServiceProvider provider)
    {
        for (var index = _layers.Count - 1; index >= 0; index--)
        {
            client = _layers[index](client, provider)
                ?? throw new InvalidOperationException($"Middleware {index + 1} of {_layers.Count} of {registrar} returned null; return the client to use.");
        }

        return client;
    }
}
