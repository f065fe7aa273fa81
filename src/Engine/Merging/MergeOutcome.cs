namespace Slerp.Engine.Merging;

/// <summary>What a step left of a sequence's rows, to be committed.</summary>
/// <param name="FirstUpperLayer">The first layer above the cutoff.</param>
/// <param name="LowerRows">New rows of the layers below it: fewer than were run where the last one is held until its neighbour is known.</param>
/// <param name="UpperRows">New rows of the layers from it on.</param>
internal readonly record struct MergeOutcome(int FirstUpperLayer, int LowerRows, int UpperRows);
