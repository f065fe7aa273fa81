using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Slerp.Connector.DependencyInjection;

/// <summary>Collects middleware until the client is first resolved.</summary>
internal sealed class SlerpChatClientBuilder(IServiceCollection services, object? serviceKey) : ISlerpChatClientBuilder
{
    private readonly List<Func<IChatClient, IServiceProvider, IChatClient>> _middleware = [];

    /// <inheritdoc />
    public IServiceCollection Services => services;

    /// <inheritdoc />
    public object? ServiceKey => serviceKey;

    /// <inheritdoc />
    public ISlerpChatClientBuilder Use(Func<IChatClient, IServiceProvider, IChatClient> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        _middleware.Add(middleware);
        return this;
    }

    /// <summary>The client inside its middleware.</summary>
    public IChatClient Build(IServiceProvider provider)
    {
        IChatClient client = provider.GetRequiredKeyedService<SlerpChatClient>(serviceKey);
        for (var i = _middleware.Count - 1; i >= 0; i--)
        {
            client = _middleware[i](client, provider)
                ?? throw new InvalidOperationException($"Middleware {i + 1} of {_middleware.Count} of AddSlerpChatClient returned null; return the client to use.");
        }

        return client;
    }
}
