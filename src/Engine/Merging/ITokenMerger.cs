using Slerp.Engine.Backends;

namespace Slerp.Engine.Merging;

/// <summary>Makes the rows that stand for pairs of rows.</summary>
internal interface ITokenMerger
{
    /// <summary>destination[i] = rows.Pairs[i] of <paramref name="source"/>: a copy, or two rows made one.</summary>
    void Merge(IComputeBackend backend, Workspace workspace, Tensor source, MergeRows rows, Tensor destination);
}
