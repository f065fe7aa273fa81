namespace Slerp.Engine.Constraints.Strings;

/// <summary>Where a string matcher stands. What A and B mean is the matcher's own; Count is the code points read. Immutable.</summary>
internal readonly record struct MatchState(int A, int B, int Count);
