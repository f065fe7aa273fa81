using Slerp.Engine;

namespace Slerp.Connector.Resilience;

/// <summary>What comparisons of merged answers have found so far. Thread-safe.</summary>
internal sealed class AgreementTally
{
    // Heuristic: as many as a circuit wants to hear of by default.
    private const int Window = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<bool>> _last = new(StringComparer.Ordinal);
    private long _answers;
    private long _tokens;
    private long _agreeing;

    /// <summary>Answers compared, and the share of their tokens that agreed; null before the first.</summary>
    public (long Answers, double? Share) Found
    {
        get
        {
            lock (_lock)
            {
                return (_answers, _tokens == 0 ? null : (double)_agreeing / _tokens);
            }
        }
    }

    /// <summary>Notes whether an answer disagreed; true where at least half of the last four of its strategy did, which are then forgotten.</summary>
    public bool MostDisagree(string strategy, bool disagrees)
    {
        lock (_lock)
        {
            if (!_last.TryGetValue(strategy, out var last))
            {
                _last.Add(strategy, last = new Queue<bool>(Window));
            }

            last.Enqueue(disagrees);
            if (last.Count > Window)
            {
                last.Dequeue();
            }

            if (last.Count < Window || last.Count(static one => one) < Window / 2)
            {
                return false;
            }

            last.Clear();
            return true;
        }
    }

    /// <summary>Adds one.</summary>
    public void Add(AnswerAgreement agreement)
    {
        lock (_lock)
        {
            _tokens += agreement.Tokens;
            _agreeing += agreement.Agreeing;
            _answers++;
        }
    }
}
