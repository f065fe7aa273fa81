using Polly;
using Polly.Fallback;
using Slerp.Connector.Resilience;

namespace Slerp.Connector;

/// <summary>Parts of a resilience pipeline for judged answers, for applications that replace it.</summary>
public static class SlerpResilience
{
    /// <summary>Goes on in vanilla decoding, after the last accepted segment, where the accelerated answer failed or its circuit is open. Belongs first.</summary>
    /// <param name="builder">The pipeline's builder.</param>
    /// <returns>The builder.</returns>
    public static ResiliencePipelineBuilder<DecodingOutcome> AddVanillaFallback(this ResiliencePipelineBuilder<DecodingOutcome> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddFallback(new FallbackStrategyOptions<DecodingOutcome>
        {
            Name = "slerp-vanilla",
            // What a comparison tells afterwards passes through as well, with no request to go on with.
            ShouldHandle = static arguments => new ValueTask<bool>(
                TransientFaults.FallsBack(arguments.Outcome) && arguments.Context.Properties.TryGetValue(GuardedRun.Key, out _)),
            FallbackAction = static arguments => arguments.Context.Properties.GetValue(GuardedRun.Key, null!).ContinueVanillaAsync(arguments.Outcome),
        });
    }

    /// <summary>Whether an outcome counts against the strategy: what a circuit breaker of your own should handle. Never the caller's cancellation.</summary>
    /// <param name="outcome">The outcome.</param>
    public static bool IsFault(Outcome<DecodingOutcome> outcome) => TransientFaults.IsFault(outcome);
}
