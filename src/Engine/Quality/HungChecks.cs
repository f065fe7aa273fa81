namespace Slerp.Engine.Quality;

/// <summary>Checks of which an abandoned run has not ended: they are not asked again until it has. Thread-safe.</summary>
internal sealed class HungChecks
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IQualityCheck, int> _runs = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether a run of a check is outstanding.</summary>
    public bool Contains(IQualityCheck check)
    {
        lock (_lock)
        {
            return _runs.ContainsKey(check);
        }
    }

    /// <summary>Notes that a run was abandoned.</summary>
    public void Add(IQualityCheck check)
    {
        lock (_lock)
        {
            _runs[check] = _runs.GetValueOrDefault(check) + 1;
        }
    }

    /// <summary>Notes that an abandoned run has ended after all.</summary>
    public void Remove(IQualityCheck check)
    {
        lock (_lock)
        {
            if (--_runs[check] == 0)
            {
                _runs.Remove(check);
            }
        }
    }
}
