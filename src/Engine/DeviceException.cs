namespace Slerp.Engine;

/// <summary>The compute device failed or ran out of memory. The request fails or falls back; the process lives.</summary>
/// <param name="message">What failed, the value, the limit, what to do.</param>
/// <param name="isTransient">Whether the same request may succeed later.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class DeviceException(string message, bool isTransient, Exception? innerException = null)
    : EngineException(message, innerException)
{
    /// <inheritdoc />
    public override bool IsTransient { get; } = isTransient;
}
