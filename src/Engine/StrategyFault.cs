namespace Slerp.Engine;

/// <summary>An accelerated answer could not go on. Vanilla decoding may: see <see cref="Generation.RejectAsync"/>.</summary>
/// <param name="Stage">Where.</param>
/// <param name="Failure">What failed.</param>
public sealed record StrategyFault(FaultStage Stage, EngineException Failure);
