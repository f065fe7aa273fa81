namespace Slerp.Engine.Scheduling;

/// <summary>How much the loop takes on.</summary>
/// <param name="MaxRunning">Most sequences in a batch.</param>
/// <param name="QueueLimit">Most sequences beyond those, waiting.</param>
/// <param name="PromptTokensPerStep">Most prompt tokens of a step.</param>
internal readonly record struct EngineLoopLimits(int MaxRunning, int QueueLimit, int PromptTokensPerStep);
