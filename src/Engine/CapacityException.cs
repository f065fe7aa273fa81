namespace Slerp.Engine;

/// <summary>The engine cannot take the request now: its queue is full, or it is shutting down.</summary>
/// <param name="message">What failed, the value, the limit, what to do.</param>
/// <param name="isTransient">Whether the same request may succeed later.</param>
public sealed class CapacityException(string message, bool isTransient = true) : EngineException(message)
{
    /// <inheritdoc />
    public override bool IsTransient { get; } = isTransient;
}
