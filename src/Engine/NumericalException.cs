namespace Slerp.Engine;

/// <summary>The model produced a value that is not a number. Only this request fails.</summary>
/// <param name="message">Where it was seen.</param>
public sealed class NumericalException(string message) : EngineException(message);
