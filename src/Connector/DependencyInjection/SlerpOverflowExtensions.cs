using Microsoft.Extensions.AI;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sends what the local model cannot take to another client.</summary>
/// <remarks>
/// A request goes to the other client when the queue is full, the prompt does not fit the context, or the engine cannot load or run: before its first
/// update only, never after the caller's cancellation. Each time is logged and counted (<c>slerp.overflows</c>). The other client is not disposed here.
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

    /// <summary>Falls back to the chat client registered under a key.</summary>
    /// <param name="builder">The registration.</param>
    /// <param name="serviceKey">The key of the client that takes over.</param>
    /// <returns>The same builder.</returns>
    public static ISlerpChatClientBuilder FallbackToKeyed(this ISlerpChatClientBuilder builder, object serviceKey)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(serviceKey);
        return builder.FallbackTo(provider => provider.GetRequiredKeyedService<IChatClient>(serviceKey));
    }
}
