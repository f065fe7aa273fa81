namespace Slerp.Engine;

/// <summary>A step of the engine failed in a way it does not know. The requests of that step fail; the engine serves on.</summary>
/// <param name="message">What failed.</param>
/// <param name="innerException">The cause.</param>
public sealed class StepException(string message, Exception innerException) : EngineException(message, innerException);
