namespace Slerp.Engine.Merging;

/// <summary>Who is merged in a step. Reused from step to step.</summary>
internal sealed class MergeStep
{
    private SequenceMerging?[] _slices = new SequenceMerging?[8];
    private int _count;

    /// <summary>Whether nobody is.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Forgets everyone.</summary>
    public void Clear()
    {
        _slices.AsSpan(0, _count).Clear();
        _count = 0;
        IsEmpty = true;
    }

    /// <summary>Adds the next slice.</summary>
    /// <param name="merging">How it is merged, or null.</param>
    public void Add(SequenceMerging? merging)
    {
        if (_count == _slices.Length)
        {
            Array.Resize(ref _slices, _count * 2);
        }

        merging?.BeginStep();
        IsEmpty &= merging is null;
        _slices[_count++] = merging;
    }

    /// <summary>How a slice is merged after a layer; null where it is not.</summary>
    public SequenceMerging? After(int layer, int slice) => _slices[slice] is { } merging && merging.Cutoff == layer ? merging : null;

    /// <summary>Whether anyone is merged after a layer.</summary>
    public bool ActsAfter(int layer)
    {
        for (var slice = 0; slice < _count; slice++)
        {
            if (After(layer, slice) is not null)
            {
                return true;
            }
        }

        return false;
    }
}
