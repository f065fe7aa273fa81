using Slerp.Engine.Decoding;

namespace Slerp.Engine.Scheduling;

/// <summary>Sequences that run only while nothing else does, a few at most. Any thread may add; the engine thread takes.</summary>
internal sealed class IdleQueue
{
    // Heuristic: more than these would tell of an engine that is never idle, not of its answers.
    private const int Most = 4;

    private readonly Lock _lock = new();
    private readonly LinkedList<Sequence> _sequences = [];

    /// <summary>Adds one; false where it is full.</summary>
    public bool TryAdd(Sequence sequence)
    {
        lock (_lock)
        {
            if (_sequences.Count >= Most)
            {
                return false;
            }

            _sequences.AddLast(sequence);
            return true;
        }
    }

    /// <summary>Puts one back that was taken: it is the next again.</summary>
    public void PutBack(Sequence sequence)
    {
        lock (_lock)
        {
            _sequences.AddFirst(sequence);
        }
    }

    /// <summary>Takes the next one that is still wanted; null where there is none.</summary>
    public Sequence? TryTake()
    {
        lock (_lock)
        {
            while (_sequences.First is { } first)
            {
                _sequences.RemoveFirst();
                if (!first.Value.IsCancelled)
                {
                    return first.Value;
                }
            }

            return null;
        }
    }

    /// <summary>Takes all.</summary>
    public IReadOnlyList<Sequence> TakeAll()
    {
        lock (_lock)
        {
            var all = _sequences.ToList();
            _sequences.Clear();
            return all;
        }
    }
}
