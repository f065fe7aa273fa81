using System.Diagnostics.Metrics;

namespace Slerp.Connector.Telemetry;

/// <summary>Where histograms are cut. Those of <c>gen_ai</c> names follow OpenTelemetry's semantic conventions for generative AI; a reader's own view overrides them.</summary>
internal static class Buckets
{
    /// <summary>Seconds of a whole request: doubling from 10 ms.</summary>
    public static InstrumentAdvice<double> RequestSeconds { get; } =
        Cut(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);

    /// <summary>Seconds to a first token.</summary>
    public static InstrumentAdvice<double> FirstTokenSeconds { get; } =
        Cut(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10);

    /// <summary>Seconds of one token.</summary>
    public static InstrumentAdvice<double> TokenSeconds { get; } =
        Cut(0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5);

    /// <summary>Seconds of loading a model, from a demonstration to tens of gigabytes.</summary>
    public static InstrumentAdvice<double> LoadSeconds { get; } = Cut(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250);

    /// <summary>Tokens of one step.</summary>
    public static InstrumentAdvice<double> StepTokens { get; } = Cut(0, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32);

    /// <summary>A share, finer towards the whole.</summary>
    public static InstrumentAdvice<double> Share { get; } = Cut(0.1, 0.25, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 1);

    private static InstrumentAdvice<double> Cut(params double[] boundaries) => new() { HistogramBucketBoundaries = boundaries };
}
