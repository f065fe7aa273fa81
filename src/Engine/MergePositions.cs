namespace Slerp.Engine;

/// <summary>Which positions the rows have in the layers above the cutoff.</summary>
public enum MergePositions
{
    /// <summary>Their index among the rows that are left, as published.</summary>
    Compressed,

    /// <summary>Their own; a merged row stands half-way between its two.</summary>
    Mean,
}
