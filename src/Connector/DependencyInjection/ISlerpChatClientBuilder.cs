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
}
