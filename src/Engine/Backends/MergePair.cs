namespace Slerp.Engine.Backends;

/// <summary>One output row of a merge: row <paramref name="First"/> and <paramref name="Second"/> interpolated half-way, or a copy where both are equal.</summary>
internal readonly record struct MergePair(int First, int Second)
{
    /// <summary>Whether the row is kept as it is.</summary>
    public bool IsCopy => First == Second;
}
