namespace Slerp.Engine;

/// <summary>The checkpoint is well formed, but this build does not know its architecture or a feature it needs.</summary>
/// <param name="message">What is not known, and what is.</param>
public sealed class UnsupportedModelException(string message) : EngineException(message);
