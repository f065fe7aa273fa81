using Slerp.Engine.Backends;

namespace Slerp.Engine.Merging;

/// <summary>Half-way spherical interpolation of each pair by itself: (a + b) / √(2 (1 + cos θ)), guarded where the rows agree or oppose.</summary>
/// <remarks>Row-invariant: neither the batch nor the chunks of a prompt change a row. Source: Shoemake 1985.</remarks>
internal sealed class SlerpMerger : ITokenMerger
{
    /// <inheritdoc />
    public void Merge(IComputeBackend backend, Workspace workspace, Tensor source, MergeRows rows, Tensor destination) =>
        backend.Slerp(source, rows.Pairs, Interpolation.PerRow, destination);
}
