namespace Slerp.Engine.Drafting.TreeGrowth;

/// <summary>A token that may follow a node.</summary>
/// <param name="Token">The token.</param>
/// <param name="Probability">The chance that it is right if its parent is, as learned.</param>
/// <param name="Cursor">Where its source stands after it; meaningful to that source only.</param>
internal readonly record struct Candidate(int Token, double Probability, long Cursor);
