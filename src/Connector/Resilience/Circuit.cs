using Polly;
using Polly.CircuitBreaker;

namespace Slerp.Connector.Resilience;

/// <summary>One circuit and the pipeline it is in.</summary>
/// <param name="Strategy">What it guards.</param>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="State">How it stands.</param>
internal sealed record Circuit(string Strategy, ResiliencePipeline<DecodingOutcome> Pipeline, CircuitBreakerStateProvider State);
