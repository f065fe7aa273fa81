namespace Slerp.Connector.Resilience;

/// <summary>The circuits of one loaded model, as long as it lives: its clients count failures together. Thread-safe.</summary>
/// <remarks>Only clients whose circuit options are equal can share a circuit; one that opens after other failures, or for another while, has its own.</remarks>
/// <param name="time">The clock of the circuits.</param>
internal sealed class ModelCircuits(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<(CircuitTerms Terms, CircuitSet Set)> _sets = [];

    /// <summary>The sets there are.</summary>
    public IReadOnlyList<CircuitSet> Sets
    {
        get
        {
            lock (_lock)
            {
                return [.. _sets.Select(static entry => entry.Set)];
            }
        }
    }

    /// <summary>The circuits for a client with some options.</summary>
    public CircuitSet Join(CircuitClient client, ResilienceOptions options)
    {
        var terms = CircuitTerms.Of(options.CircuitBreaker);
        lock (_lock)
        {
            var set = _sets.Find(entry => entry.Terms == terms).Set;
            if (set is null)
            {
                _sets.Add((terms, set = new CircuitSet(options, time)));
            }

            set.Add(client);
            return set;
        }
    }
}
