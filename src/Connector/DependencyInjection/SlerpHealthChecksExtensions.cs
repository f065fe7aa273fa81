using Microsoft.Extensions.Diagnostics.HealthChecks;
using Slerp.Connector;
using Slerp.Connector.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health of a local model.</summary>
public static class SlerpHealthChecksExtensions
{
    /// <summary>Adds a check of a Slerp chat client: unhealthy where its model cannot be loaded or was disposed, degraded while its queue is full. It loads nothing.</summary>
    /// <param name="builder">The application's checks, from <c>services.AddHealthChecks()</c>.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="serviceKey">The client's key; null for the default client.</param>
    /// <param name="failureStatus">What a failure is reported as; null for unhealthy.</param>
    /// <param name="tags">Tags to filter by; may be null.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddSlerpHealthCheck(
        this IHealthChecksBuilder builder, string name = "slerp", object? serviceKey = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return builder.Add(new HealthCheckRegistration(
            name, provider => new SlerpHealthCheck(provider.GetRequiredKeyedService<SlerpChatClient>(serviceKey).Host), failureStatus, tags));
    }
}
