using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Slerp.Connector.Hosting;

/// <summary>Whether a client's engine can answer: loaded and serving, not loaded yet, full, or broken.</summary>
/// <param name="host">The engine.</param>
/// <param name="requireLoaded">Whether only a loaded model is ready: the first check begins the load then, and no check waits for it.</param>
internal sealed class SlerpHealthCheck(EngineHost host, bool requireLoaded) : IHealthCheck
{
    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (requireLoaded && host is { Loaded: null, IsDisposed: false })
        {
            // Nobody would load it: a service that is not ready gets no requests. What it fails with is told by the next check.
            _ = host.GetAsync(CancellationToken.None);
        }

        return Task.FromResult(Check(context.Registration.FailureStatus));
    }

    private HealthCheckResult Check(HealthStatus failure)
    {
        if (host.IsDisposed)
        {
            return new HealthCheckResult(failure, "The model was disposed.");
        }

        if (host.LoadFailure is { } fault)
        {
            var seconds = Math.Ceiling(host.NextLoadIn.TotalSeconds);
            var next = seconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"the first request after {seconds:N0} s") : "the next request";
            return new HealthCheckResult(failure, $"The model cannot be loaded; {next} tries again.", fault);
        }

        if (host.Loaded is not { } engine)
        {
            return requireLoaded
                ? new HealthCheckResult(failure, "The model is being loaded.")
                : HealthCheckResult.Degraded("The model is not loaded yet: the first request loads it, and waits for it.");
        }

        var status = engine.Status;
        var data = new Dictionary<string, object>
        {
            ["model"] = engine.Model.Name,
            ["device"] = engine.Model.Device,
            ["queued"] = status.QueuedRequests,
            ["queue_limit"] = status.QueueLimit,
            ["kv_cache_bytes_held"] = status.KvCacheBytesHeld,
            ["kv_cache_bytes"] = status.KvCacheBytes,
        };
        if (status.WarmStartFailure is { } warmStart)
        {
            // Costs speed, no answer: told, not held against the engine.
            data["warm_start_failure"] = $"{warmStart.GetType().Name}: {warmStart.Message}";
        }

        return !status.IsServing ? new HealthCheckResult(failure, "The engine was disposed.", data: data)
            : status.QueuedRequests >= status.QueueLimit && status.QueueLimit > 0 ? HealthCheckResult.Degraded(
                string.Create(CultureInfo.InvariantCulture, $"The queue is full: {status.QueuedRequests} of {status.QueueLimit} requests."), data: data)
            : HealthCheckResult.Healthy("The engine serves.", data);
    }
}
