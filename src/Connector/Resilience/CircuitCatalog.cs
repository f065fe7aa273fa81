using System.Collections.Concurrent;
using Polly;
using Polly.CircuitBreaker;
using Polly.Registry;
using Slerp.Connector.Telemetry;

namespace Slerp.Connector.Resilience;

/// <summary>One pipeline, and in it one circuit, for each strategy of a model. Thread-safe.</summary>
internal sealed class CircuitCatalog(ResilienceOptions options, string modelId, TimeProvider time, SlerpInstruments instruments, ResiliencePipelineProvider<string>? pipelines)
{
    private readonly ConcurrentDictionary<string, Lazy<ResiliencePipeline<DecodingOutcome>>> _pipelines = new(StringComparer.Ordinal);

    /// <summary>The pipeline of a strategy.</summary>
    public ResiliencePipeline<DecodingOutcome> For(string strategy) =>
        _pipelines.GetOrAdd(strategy, name => new Lazy<ResiliencePipeline<DecodingOutcome>>(() => Create(name))).Value;

    private ResiliencePipeline<DecodingOutcome> Create(string strategy)
    {
        if (options.PipelineName is { } name)
        {
            return pipelines?.TryGetPipeline<DecodingOutcome>(name, out var own) == true ? own : throw new InvalidOperationException(
                $"Resilience.PipelineName is '{name}', but no ResiliencePipelineProvider<string> of the services has a pipeline of {nameof(DecodingOutcome)} by that name. Register one, or leave the name null.");
        }

        var state = new CircuitBreakerStateProvider();
        instruments.Fallbacks.Watch(modelId, strategy, state);
        return new ResiliencePipelineBuilder<DecodingOutcome> { Name = "slerp", InstanceName = $"{modelId}/{strategy}", TimeProvider = time }
            .AddVanillaFallback()
            .AddCircuitBreaker(options.ToCircuitBreaker(state))
            .Build();
    }
}
