using Microsoft.Extensions.Diagnostics.HealthChecks;
using Slerp.Connector;
using Slerp.Connector.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health of a local model.</summary>
public static class SlerpHealthChecksExtensions
{
    /// <summary>Adds a check of a Slerp chat client: unhealthy where its model cannot be loaded or was disposed, degraded while it is not loaded or its queue is full.</summary>
    /// <remarks>
    /// A readiness probe asks with <paramref name="requireLoaded"/>: ASP.NET Core answers 200 to what is degraded and 503 to what is unhealthy.
    /// Without it the check loads nothing, as a liveness probe should.
    /// </remarks>
    /// <param name="builder">The application's checks, from <c>services.AddHealthChecks()</c>.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="serviceKey">The client's key; null for the default client.</param>
    /// <param name="failureStatus">What a failure is reported as; null for unhealthy.</param>
    /// <param name="tags">Tags to filter by, such as "ready"; may be null.</param>
    /// <param name="requireLoaded">Whether a model that is not loaded is a failure; the first check begins to load it, and waits for nothing.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddSlerpHealthCheck(
        this IHealthChecksBuilder builder,
        string name = "slerp",
        object? serviceKey = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        bool requireLoaded = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Add(builder, name, provider => provider.GetRequiredKeyedService<SlerpChatClient>(serviceKey).Host, failureStatus, tags, requireLoaded);
    }

    /// <summary>Adds a check of a Slerp embedding generator, as <see cref="AddSlerpHealthCheck"/> does of a chat client. One that shares the model of a chat client says the same as that one's.</summary>
    /// <param name="builder">The application's checks, from <c>services.AddHealthChecks()</c>.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="serviceKey">The generator's key; null for the default generator.</param>
    /// <param name="failureStatus">What a failure is reported as; null for unhealthy.</param>
    /// <param name="tags">Tags to filter by, such as "ready"; may be null.</param>
    /// <param name="requireLoaded">Whether a model that is not loaded is a failure; the first check begins to load it, and waits for nothing.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddSlerpEmbeddingHealthCheck(
        this IHealthChecksBuilder builder,
        string name = "slerp-embeddings",
        object? serviceKey = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        bool requireLoaded = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Add(builder, name, provider => provider.GetRequiredKeyedService<SlerpEmbeddingGenerator>(serviceKey).Host, failureStatus, tags, requireLoaded);
    }

    private static IHealthChecksBuilder Add(
        IHealthChecksBuilder builder, string name, Func<IServiceProvider, EngineHost> host, HealthStatus? failureStatus, IEnumerable<string>? tags, bool requireLoaded)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return builder.Add(new HealthCheckRegistration(name, provider => new SlerpHealthCheck(host(provider), requireLoaded), failureStatus, tags));
    }
}
