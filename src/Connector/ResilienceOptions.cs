using Polly.CircuitBreaker;
using Slerp.Connector.Resilience;

namespace Slerp.Connector;

/// <summary>What happens when a strategy that can cost quality keeps failing. Polly's own option types; their ranges are Polly's.</summary>
public sealed class ResilienceOptions
{
    /// <summary>The circuit of each model and strategy: while it is open, answers are vanilla from the start.</summary>
    /// <value>Opens for one minute when half of at least four requests within five minutes fell back; counts what <see cref="SlerpResilience.IsFault"/> says.</value>
    /// <remarks>Clients that share a loaded model share its circuits where these options are equal, callbacks and controls included; a client with others has its own.</remarks>
    public CircuitBreakerStrategyOptions<DecodingOutcome> CircuitBreaker { get; } = new()
    {
        Name = "slerp-circuit",
        FailureRatio = 0.5,
        MinimumThroughput = 4,
        SamplingDuration = TimeSpan.FromMinutes(5),
        BreakDuration = TimeSpan.FromMinutes(1),
        ShouldHandle = static arguments => new ValueTask<bool>(TransientFaults.IsFault(arguments.Outcome)),
    };

    /// <summary>The name of a pipeline of <see cref="DecodingOutcome"/> that the application keeps in a ResiliencePipelineProvider of its services, in place of the one made here.</summary>
    /// <value>null: Fallback(continue vanilla) → CircuitBreaker → accelerated.</value>
    public string? PipelineName { get; set; }

    // Each strategy has a circuit of its own, and each circuit its own state.
    // One that probes closes its circuit only by proving the strategy good: what merged nothing, was refused or was cancelled is no proof, so the circuit opens for another while.
    internal CircuitBreakerStrategyOptions<DecodingOutcome> ToCircuitBreaker(CircuitBreakerStateProvider state) => new()
    {
        Name = CircuitBreaker.Name,
        FailureRatio = CircuitBreaker.FailureRatio,
        MinimumThroughput = CircuitBreaker.MinimumThroughput,
        SamplingDuration = CircuitBreaker.SamplingDuration,
        BreakDuration = CircuitBreaker.BreakDuration,
        BreakDurationGenerator = CircuitBreaker.BreakDurationGenerator,
        ShouldHandle = async arguments =>
            (state.CircuitState == CircuitState.HalfOpen && !TransientFaults.IsProof(arguments.Outcome))
            || await CircuitBreaker.ShouldHandle(arguments).ConfigureAwait(false),
        OnClosed = CircuitBreaker.OnClosed,
        OnOpened = CircuitBreaker.OnOpened,
        OnHalfOpened = CircuitBreaker.OnHalfOpened,
        ManualControl = CircuitBreaker.ManualControl,
        StateProvider = state,
    };
}
