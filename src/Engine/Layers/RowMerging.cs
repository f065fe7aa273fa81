using Slerp.Engine.Backends;
using Slerp.Engine.Merging;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Layers;

/// <summary>Makes fewer rows of those of a step, after a layer, for the sequences that are merged there; the others go on as they are.</summary>
internal sealed class RowMerging
{
    private int[] _counts = new int[8];
    private bool[] _isMerged = new bool[8];

    /// <summary>The rows that go on, of all slices in order.</summary>
    public MergeRows Rows { get; } = new();

    /// <summary>Rows of a slice that go on.</summary>
    public int CountOf(int slice) => _counts[slice];

    /// <summary>Whether a slice's rows became others.</summary>
    public bool IsMerged(int slice) => _isMerged[slice];

    /// <summary>Chooses and makes the rows that go on.</summary>
    /// <param name="merging">Who is merged.</param>
    /// <param name="layer">The layer just run.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="step">The step.</param>
    /// <param name="x">The residual stream [rows, width].</param>
    /// <returns>The rows that go on [fewer rows, width]; <paramref name="x"/> itself where nobody's rows change.</returns>
    public Tensor Apply(MergeStep merging, int layer, StepBatch batch, in StepContext step, Tensor x)
    {
        EnsureSlices(batch.SliceCount);
        Rows.Begin(x.Rows);
        ITokenMerger? merger = null;
        for (var index = 0; index < batch.SliceCount; index++)
        {
            var begin = Rows.Count;
            if (Choose(merging, layer, index, batch.Slices[index], step, x))
            {
                merger = MergerFor(merging.After(layer, index)!, batch);
            }

            _counts[index] = Rows.Count - begin;
        }

        if (merger is null)
        {
            return x;
        }

        var source = WithExtraRows(step, x);
        var result = step.Workspace.Rent(Rows.Count, x.Columns);
        merger.Merge(step.Backend, step.Workspace, source, Rows, result);
        return result;
    }

    // True where the slice's rows become others.
    private bool Choose(MergeStep merging, int layer, int index, in StepSlice slice, in StepContext step, Tensor x)
    {
        var place = step.Layout.Attention.Slices[index];
        var lower = step.Cache.Rows(slice.Slot, layer);
        var upper = step.Cache.Rows(slice.Slot, layer + 1);
        var mine = merging.After(layer, index);
        _isMerged[index] = mine is not null && mine.Shortens(lower, place.RowCount);
        if (_isMerged[index])
        {
            if (slice.WantedCount > 1)
            {
                throw new InvalidOperationException("Rows that are merged cannot all be asked for.");
            }

            mine!.Choose(new MergeInput(step.Backend, x, place.FirstRow, place.RowCount, lower, upper), Rows);
            return true;
        }

        for (var row = place.FirstRow; row < place.FirstRow + place.RowCount; row++)
        {
            var depth = step.Layout.Attention.Rows[row].Depth;
            Rows.Keep(row, mine is null ? step.Layout.PositionOf(row) : mine.PositionOf(lower + depth, upper + depth));
        }

        return false;
    }

    private static ITokenMerger MergerFor(SequenceMerging merging, StepBatch batch) =>
        batch.SliceCount == 1 || merging.Merger is not ReferenceSlerpMerger ? merging.Merger : throw new InvalidOperationException(
            "Merging as the published code does runs alone: its rows would depend on their neighbours in the batch.");

    // Rows of earlier steps come from the host: then the step's own rows travel with them.
    private Tensor WithExtraRows(in StepContext step, Tensor x)
    {
        if (Rows.ExtraRows == 0)
        {
            return x;
        }

        var width = x.Columns;
        var host = new float[(x.Rows + Rows.ExtraRows) * width];
        for (var row = 0; row < x.Rows; row++)
        {
            step.Backend.Download(x, row, host.AsSpan(row * width, width));
        }

        Rows.Extra(width).CopyTo(host.AsSpan(x.Rows * width));
        var source = step.Workspace.Rent(x.Rows + Rows.ExtraRows, width);
        step.Backend.Upload(host, source);
        return source;
    }

    private void EnsureSlices(int slices)
    {
        if (_counts.Length < slices)
        {
            _counts = new int[slices * 2];
            _isMerged = new bool[slices * 2];
        }
    }
}
