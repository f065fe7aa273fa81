namespace Slerp.Engine.Scheduling;

/// <summary>What one running sequence does in a step.</summary>
/// <param name="Index">Its index among the running.</param>
/// <param name="Tokens">How many of its pending tokens are run.</param>
internal readonly record struct StepShare(int Index, int Tokens);
