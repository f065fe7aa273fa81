using Microsoft.Extensions.AI;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Goes on with a registration of a Slerp chat client.</summary>
public interface ISlerpChatClientBuilder
{
    /// <summary>The services it is registered in.</summary>
    IServiceCollection Services { get; }

    /// <summary>The key it is registered under; null for the default client.</summary>
    object? ServiceKey { get; }

    /// <summary>Wraps the registered <see cref="IChatClient"/>. The first one used is the outermost, as in Microsoft.Extensions.AI's own pipeline.</summary>
    /// <param name="middleware">From the inner client to the one to use.</param>
    /// <returns>This builder.</returns>
    ISlerpChatClientBuilder Use(Func<IChatClient, IServiceProvider, IChatClient> middleware);

    /// <summary>Has another client answer what this one cannot take: inside all middleware, next to the model.</summary>
    /// <param name="other">Makes or finds the client that takes over; called once. The last one given counts.</param>
    /// <returns>This builder.</returns>
    ISlerpChatClientBuilder FallbackTo(Func<IServiceProvider, IChatClient> other);
}
