using Polly;
using Polly.CircuitBreaker;
using Polly.Registry;

namespace Slerp.Connector.Resilience;

/// <summary>The pipelines of a client: with the circuits of its model, or the application's own. Thread-safe.</summary>
/// <param name="circuits">The circuits; null where the application has a pipeline of its own.</param>
/// <param name="pipelineName">The name of the application's own; null for none.</param>
/// <param name="pipelines">Where that is kept.</param>
internal sealed class CircuitCatalog(CircuitSet? circuits, string? pipelineName, ResiliencePipelineProvider<string>? pipelines)
{
    /// <summary>The pipelines of a client of a model.</summary>
    public static CircuitCatalog Create(ModelCircuits model, CircuitClient client, ResilienceOptions options, ResiliencePipelineProvider<string>? pipelines) =>
        new(options.PipelineName is null ? model.Join(client, options) : null, options.PipelineName, pipelines);

    /// <summary>The pipeline of a strategy.</summary>
    public ResiliencePipeline<DecodingOutcome> For(string strategy) => circuits?.Of(strategy).Pipeline ?? Own();

    /// <summary>Whether a strategy's circuit is known to be closed; never of a pipeline of the application's own.</summary>
    public bool IsClosed(string strategy) => circuits?.Of(strategy).State.CircuitState == CircuitState.Closed;

    private ResiliencePipeline<DecodingOutcome> Own() =>
        pipelines?.TryGetPipeline<DecodingOutcome>(pipelineName!, out var own) == true ? own : throw new InvalidOperationException(
            $"Resilience.PipelineName is '{pipelineName}', but no ResiliencePipelineProvider<string> of the services has a pipeline of {nameof(DecodingOutcome)} by that name. Register one, or leave the name null.");
}
