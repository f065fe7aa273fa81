namespace Slerp.Engine.Steps;

/// <summary>The published method over a whole sequence: all but the first S and the last E rows, once more than M follow the first.</summary>
/// <param name="Cutoff">c: layers 0 to c see every row.</param>
/// <param name="Positions">The positions of the rows above.</param>
/// <param name="KeepFirst">S.</param>
/// <param name="MinimumTokens">M.</param>
/// <param name="KeepLast">E, at least 1.</param>
internal sealed record IncrementalMergePlan(int Cutoff, MergePositions Positions, int KeepFirst, int MinimumTokens, int KeepLast)
    : MergePlan(Cutoff, Positions);
