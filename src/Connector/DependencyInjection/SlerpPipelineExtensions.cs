using Microsoft.Extensions.AI;
using Slerp.Connector.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts clients around a local model.</summary>
public static class SlerpPipelineExtensions
{
    /// <summary>Wraps the registered <see cref="IChatClient"/> in one that needs no services. The first one used is the outermost.</summary>
    /// <param name="builder">The registration.</param>
    /// <param name="middleware">From the inner client to the one to use.</param>
    /// <returns>The same builder.</returns>
    public static ISlerpChatClientBuilder Use(this ISlerpChatClientBuilder builder, Func<IChatClient, IChatClient> middleware)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(middleware);
        return builder.Use((inner, _) => middleware(inner));
    }

    /// <summary>Wraps the registered generator in one that needs no services. The first one used is the outermost.</summary>
    /// <param name="builder">The registration.</param>
    /// <param name="middleware">From the inner generator to the one to use.</param>
    /// <returns>The same builder.</returns>
    public static ISlerpEmbeddingGeneratorBuilder Use(
        this ISlerpEmbeddingGeneratorBuilder builder, Func<IEmbeddingGenerator<string, Embedding<float>>, IEmbeddingGenerator<string, Embedding<float>>> middleware)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(middleware);
        return builder.Use((inner, _) => middleware(inner));
    }

    /// <summary>Says whose each request is, so that cached prompts and learned drafts are never shared between tenants.</summary>
    /// <remarks>
    /// A request that names its tenant itself (<c>SlerpProperties.Tenant</c>) keeps it. Without a tenant, from either, a request shares with every other request without one:
    /// right for one user, not for several.
    /// </remarks>
    /// <param name="builder">The registration.</param>
    /// <param name="tenant">From the application's services and the request's options to an id or hash of at most 128 characters; null where the request is nobody's in particular.</param>
    /// <returns>The same builder.</returns>
    public static ISlerpChatClientBuilder UseTenant(this ISlerpChatClientBuilder builder, Func<IServiceProvider, ChatOptions?, string?> tenant)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(tenant);
        return builder.Use((inner, provider) => new TenantChatClient(inner, options => tenant(provider, options)));
    }
}
