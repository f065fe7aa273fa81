using System.Collections.Concurrent;
using Polly;
using Polly.CircuitBreaker;
using Polly.Registry;
using Slerp.Connector.Telemetry;

namespace Slerp.Connector.Resilience;

/// <summary>One pipeline, and in it one circuit, for each strategy of a model. Thread-safe.</summary>
internal sealed class CircuitCatalog(ResilienceOptions options, string modelId, TimeProvider time, SlerpInstruments instruments, ResiliencePipelineProvider<string>? pipelines)
{
    private readonly ConcurrentDictionary<string, Lazy<Circuit>> _circuits = new(StringComparer.Ordinal);

    /// <summary>The pipeline of a strategy.</summary>
    public ResiliencePipeline<DecodingOutcome> For(string strategy) => Of(strategy).Pipeline;

    /// <summary>Whether a strategy's circuit is known to be closed; never of a pipeline of the application's own.</summary>
    public bool IsClosed(string strategy) => Of(strategy).State is { CircuitState: CircuitState.Closed };

    private Circuit Of(string strategy) => _circuits.GetOrAdd(strategy, name => new Lazy<Circuit>(() => Create(name))).Value;

    private Circuit Create(string strategy)
    {
        if (options.PipelineName is { } name)
        {
            return pipelines?.TryGetPipeline<DecodingOutcome>(name, out var own) == true ? new Circuit(own, State: null) : throw new InvalidOperationException(
                $"Resilience.PipelineName is '{name}', but no ResiliencePipelineProvider<string> of the services has a pipeline of {nameof(DecodingOutcome)} by that name. Register one, or leave the name null.");
        }

        var state = new CircuitBreakerStateProvider();
        instruments.Fallbacks.Watch(modelId, strategy, state);
        var pipeline = new ResiliencePipelineBuilder<DecodingOutcome> { Name = "slerp", InstanceName = $"{modelId}/{strategy}", TimeProvider = time }
            .AddVanillaFallback()
            .AddCircuitBreaker(options.ToCircuitBreaker(state))
            .Build();
        return new Circuit(pipeline, state);
    }

    private sealed record Circuit(ResiliencePipeline<DecodingOutcome> Pipeline, CircuitBreakerStateProvider? State);
}
