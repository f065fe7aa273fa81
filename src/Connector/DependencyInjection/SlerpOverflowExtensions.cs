using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Slerp.Connector;
using Slerp.Connector.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sends what the local model cannot take to another client.</summary>
/// <remarks>
/// A request goes to the other client when the queue is full, the prompt does not fit the context, or the engine cannot load or run: a stream before its first
/// update only, an answer in one piece at any time before it is there, neither after the caller's cancellation. Each time is logged and counted (<c>slerp.overflows</c>). The other client is not disposed here.
/// A conversation id of the other client is not handed on: requests go on carrying their whole conversation, whoever answers the next one.
/// </remarks>
public static class SlerpOverflowExtensions
{
    /// <summary>Falls back to a client.</summary>
    /// <param name="builder">The registration.</param>
    /// <param name="other">The client that takes over; it stays the caller's.</param>
    /// <returns>The same builder.</returns>
    public static ISlerpChatClientBuilder FallbackTo(this ISlerpChatClientBuilder builder, IChatClient other)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(other);
        return builder.FallbackTo(_ => other);
    }

    /// <summary>Falls back to the chat client registered under a key. That there is one is checked when the application starts.</summary>
    /// <param name="builder">The registration.</param>
    /// <param name="serviceKey">The key of the client that takes over.</param>
    /// <returns>The same builder.</returns>
    public static ISlerpChatClientBuilder FallbackToKeyed(this ISlerpChatClientBuilder builder, object serviceKey)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(serviceKey);
        if (Registration<SlerpChatClientOptions>.Of(builder.Services, builder.ServiceKey) is { } registration)
        {
            builder.Services.AddSingleton<IValidateOptions<SlerpChatClientOptions>>(
                provider => new FallbackKeyCheck(registration.OptionsName, serviceKey, provider.GetService<IServiceProviderIsKeyedService>()));
        }

        return builder.FallbackTo(provider => provider.GetRequiredKeyedService<IChatClient>(serviceKey));
    }
}
