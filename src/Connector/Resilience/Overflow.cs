using Slerp.Engine;

namespace Slerp.Connector.Resilience;

/// <summary>Which failures another client may answer for.</summary>
internal static class Overflow
{
    /// <summary>Why: "capacity" (the queue is full), "context" (the prompt is too long), "unhealthy" (the engine cannot load or run); null where the request itself is at fault.</summary>
    public static string? ReasonOf(Exception failure) => failure switch
    {
        CapacityException => "capacity",
        ContextLengthException => "context",
        CheckpointException or UnsupportedModelException or DeviceException or StepException or NumericalException => "unhealthy",
        _ => null,
    };
}
