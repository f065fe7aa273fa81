namespace Slerp.Engine;

/// <summary>How the angle between two rows is measured.</summary>
public enum MergeVariant
{
    /// <summary>Between the two rows: independent of every other row, so of chunks and of the batch.</summary>
    PerRow,

    /// <summary>As the published code does, with both rows divided by the norm of their whole tensor; for comparison only.</summary>
    Reference,
}
