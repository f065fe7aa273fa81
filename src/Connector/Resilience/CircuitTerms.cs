using Polly.CircuitBreaker;

namespace Slerp.Connector.Resilience;

/// <summary>What makes two clients' circuit options the same: equal values, and the very same callbacks and controls.</summary>
internal sealed record CircuitTerms(
    string? Name, double FailureRatio, int MinimumThroughput, TimeSpan SamplingDuration, TimeSpan BreakDuration, CircuitBreakerManualControl? Control)
{
    private Delegate? Breaks { get; init; }

    private Delegate? Handles { get; init; }

    private Delegate? Closed { get; init; }

    private Delegate? Opened { get; init; }

    private Delegate? HalfOpened { get; init; }

    /// <summary>The terms of some options.</summary>
    public static CircuitTerms Of(CircuitBreakerStrategyOptions<DecodingOutcome> options) =>
        new(options.Name, options.FailureRatio, options.MinimumThroughput, options.SamplingDuration, options.BreakDuration, options.ManualControl)
        {
            Breaks = options.BreakDurationGenerator,
            Handles = options.ShouldHandle,
            Closed = options.OnClosed,
            Opened = options.OnOpened,
            HalfOpened = options.OnHalfOpened,
        };
}
