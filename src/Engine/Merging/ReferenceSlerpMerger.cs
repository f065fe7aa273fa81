using Slerp.Engine.Backends;

namespace Slerp.Engine.Merging;

/// <summary>As the published code: each run of rows is interpolated as one tensor, both factors divided by the norm of the whole.</summary>
/// <remarks>For comparison, never for speed: the rows travel over the host, because a run's tensor must hold nothing but the run.</remarks>
internal sealed class ReferenceSlerpMerger : ITokenMerger
{
    /// <inheritdoc />
    public void Merge(IComputeBackend backend, Workspace workspace, Tensor source, MergeRows rows, Tensor destination)
    {
        var width = source.Columns;
        var host = new float[rows.Count * width];
        for (var index = 0; index < rows.Count; index++)
        {
            if (rows.Pairs[index].IsCopy)
            {
                backend.Download(source, rows.Pairs[index].First, host.AsSpan(index * width, width));
            }
        }

        foreach (var run in rows.Runs)
        {
            var merged = workspace.Rent(run.Length, width);
            backend.Slerp(source, rows.Pairs.Slice(run.Start, run.Length), Interpolation.WholeTensor, merged);
            for (var row = 0; row < run.Length; row++)
            {
                backend.Download(merged, row, host.AsSpan((run.Start + row) * width, width));
            }
        }

        backend.Upload(host, destination);
    }
}
