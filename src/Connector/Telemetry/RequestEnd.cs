namespace Slerp.Connector.Telemetry;

/// <summary>How a request ended: answered, failed, or left by its caller, which is no failure.</summary>
/// <param name="Failure">What it failed with; null where it did not.</param>
/// <param name="HasLeft">Whether its caller cancelled or stopped reading.</param>
internal readonly record struct RequestEnd(Exception? Failure, bool HasLeft)
{
    /// <summary>The tag of its measurements; null for none.</summary>
    public KeyValuePair<string, object?>? Tag =>
        Failure is not null ? new(SlerpTelemetry.ErrorTag, Failure.GetType().FullName)
        : HasLeft ? new(SlerpTelemetry.LeftTag, true)
        : null;

    /// <summary>The end that an exception makes: a cancellation is the caller's only where the caller asked for it.</summary>
    public static RequestEnd Of(Exception thrown, CancellationToken callers) =>
        thrown is OperationCanceledException && callers.IsCancellationRequested ? new(null, HasLeft: true) : new(thrown, HasLeft: false);
}
