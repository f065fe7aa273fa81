using Slerp.Engine.Backends;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Merging;

/// <summary>The rows that go on above a layer: what each is made of and where it stands. Reused from step to step.</summary>
internal sealed class MergeRows
{
    private readonly List<RowSpan> _runs = [];
    private MergePair[] _pairs = new MergePair[64];
    private float[] _positions = new float[64];
    private float[] _extra = [];
    private int _stepRows;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>What each is made of: rows of the step, or beyond them rows of <see cref="Extra"/>.</summary>
    public ReadOnlySpan<MergePair> Pairs => _pairs.AsSpan(0, Count);

    /// <summary>Where each stands.</summary>
    public ReadOnlySpan<float> Positions => _positions.AsSpan(0, Count);

    /// <summary>Runs (of these rows) that the published code would merge as one tensor; copies of a run are its first and last rows.</summary>
    public IReadOnlyList<RowSpan> Runs => _runs;

    /// <summary>Rows of earlier steps that pairs refer to.</summary>
    public int ExtraRows { get; private set; }

    /// <summary>The values of the rows of earlier steps.</summary>
    public ReadOnlySpan<float> Extra(int width) => _extra.AsSpan(0, ExtraRows * width);

    /// <summary>Begins a step.</summary>
    /// <param name="stepRows">Rows the step has now.</param>
    public void Begin(int stepRows)
    {
        Count = 0;
        ExtraRows = 0;
        _stepRows = stepRows;
        _runs.Clear();
    }

    /// <summary>A row goes on as it is.</summary>
    public void Keep(int row, float position) => Join(row, row, position);

    /// <summary>Two rows go on as one.</summary>
    public void Join(int first, int second, float position)
    {
        if (Count == _pairs.Length)
        {
            Array.Resize(ref _pairs, Count * 2);
            Array.Resize(ref _positions, Count * 2);
        }

        _pairs[Count] = new MergePair(first, second);
        _positions[Count++] = position;
    }

    /// <summary>Notes that rows [start, now) of the result are one run.</summary>
    public void EndRun(int start) => _runs.Add(new RowSpan(start, Count - start));

    /// <summary>Adds a row of an earlier step; returns the index by which pairs refer to it.</summary>
    public int AddExtra(ReadOnlySpan<float> values)
    {
        var end = (ExtraRows + 1) * values.Length;
        if (_extra.Length < end)
        {
            Array.Resize(ref _extra, Math.Max(end, _extra.Length * 2));
        }

        values.CopyTo(_extra.AsSpan(ExtraRows * values.Length));
        return _stepRows + ExtraRows++;
    }
}
