namespace Slerp.Engine.Steps;

/// <summary>What of a sequence is merged, after which layer, and where its rows stand above it. A value.</summary>
/// <param name="Cutoff">c: layers 0 to c see every row.</param>
/// <param name="Positions">The positions of the rows above.</param>
internal abstract record MergePlan(int Cutoff, MergePositions Positions);
