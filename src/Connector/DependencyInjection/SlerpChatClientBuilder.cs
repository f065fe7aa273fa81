using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Slerp.Connector.Resilience;

namespace Slerp.Connector.DependencyInjection;

/// <summary>Collects middleware until the client is first resolved.</summary>
internal sealed class SlerpChatClientBuilder(IServiceCollection services, object? serviceKey) : ISlerpChatClientBuilder
{
    private readonly Middleware<IChatClient> _middleware = new("AddSlerpChatClient");
    private Func<IServiceProvider, IChatClient>? _other;

    /// <inheritdoc />
    public IServiceCollection Services => services;

    /// <inheritdoc />
    public object? ServiceKey => serviceKey;

    /// <inheritdoc />
    public ISlerpChatClientBuilder Use(Func<IChatClient, IServiceProvider, IChatClient> middleware)
    {
        _middleware.Add(middleware);
        return this;
    }

    /// <inheritdoc />
    public ISlerpChatClientBuilder FallbackTo(Func<IServiceProvider, IChatClient> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _other = other;
        return this;
    }

    /// <summary>The client inside its middleware.</summary>
    public IChatClient Build(IServiceProvider provider)
    {
        IChatClient client = provider.GetRequiredKeyedService<SlerpChatClient>(serviceKey);
        if (_other is not null)
        {
            var other = _other(provider) ?? throw new InvalidOperationException("The factory given to FallbackTo returned null; return the client to fall back to.");
            client = new OverflowChatClient(client, other, SharedServices.Reporting<SlerpChatClient>(provider));
        }

        return _middleware.Around(client, provider);
    }
}
