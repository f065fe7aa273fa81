using Slerp.Engine.Constraints.Strings;

namespace Slerp.Engine.Constraints.Patterns;

/// <summary>Strings that match all patterns and have an allowed length. A state's A is the automaton's state.</summary>
/// <remarks>
/// A state is live if acceptance can be reached within the lengths left. With one bound on the length, the distance to acceptance decides, or
/// whether some way of at least so many steps exists. With two, a table of exact lengths does; loops can be taken out of longer ways, so that
/// no more lengths than the lower bound plus the count of automaton states need to be looked at.
/// </remarks>
internal sealed class PatternMatcher : StringMatcher
{
    private readonly Dfa _dfa;
    private readonly int _least;
    private readonly int? _most;
    private readonly int _saturation;
    private readonly int[] _distance;
    private readonly int _farthest;

    // Row n, bit q: from state q acceptance is possible with at least n (one bound) or exactly n (two bounds) more code points.
    private readonly List<ulong[]> _rows = [];

    public PatternMatcher(Dfa dfa, int least, int? most, CompileBudget budget, string pointer)
    {
        _dfa = dfa;
        _distance = Distances(budget, pointer);
        _farthest = _distance.Max();

        // No match is shorter than the way from the start: a bound below it says nothing, and costs nothing.
        least = least <= _distance[Start.A] ? 0 : least;
        _least = least;
        _most = most;
        _saturation = most is null ? least : int.MaxValue;
        var last = most is null || least == 0 ? least : Math.Min(most.Value, (long)least + dfa.Count);
        FillRows(last, exact: most is not null, budget, pointer);
        Witness = IsLive(Start) ? CompleteFromStart() : null;
    }

    public override MatchState Start => default;

    public override IReadOnlyList<int>? Witness { get; }

    public override bool TryStep(MatchState state, int codePoint, out MatchState next)
    {
        next = After(state, _dfa.Move(state.A, codePoint));
        return IsLive(next);
    }

    public override int FirstViable(MatchState state, int low, int high)
    {
        for (var interval = _dfa.IntervalOf(low); _dfa.StartOfInterval(interval) <= high; interval++)
        {
            var characterClass = _dfa.ClassOfInterval(interval);
            if (characterClass >= 0 && IsLive(After(state, _dfa.MoveByClass(state.A, characterClass))))
            {
                return Math.Max(low, _dfa.StartOfInterval(interval));
            }
        }

        return -1;
    }

    public override MatchState Canonical(MatchState state, int horizon) =>
        _most is { } most && state.Count >= _least && most - state.Count >= horizon + _farthest
            ? state with { Count = _least }
            : state;

    public override bool Accepts(MatchState state) => state.Count >= _least && _dfa.IsAccepting(state.A);

    public override void Complete(MatchState state, List<int> codePoints)
    {
        for (var left = StepsLeft(state); left > 0; left--)
        {
            foreach (var codePoint in _dfa.Representatives)
            {
                var next = After(state, _dfa.Move(state.A, codePoint));
                var steps = StepsLeft(next);
                if (steps >= 0 && steps < left)
                {
                    codePoints.Add(codePoint);
                    (state, left) = (next, steps + 1);
                    break;
                }
            }
        }
    }

    private MatchState After(MatchState state, int next) => new(next, 0, Math.Min(state.Count + 1, _saturation));

    private bool IsLive(MatchState state) => StepsLeft(state) >= 0;

    /// <summary>A number of code points that falls as the end comes nearer, zero at the end; -1 where there is no end.</summary>
    private int StepsLeft(MatchState state)
    {
        var distance = _distance[state.A];
        if (_least == 0 && _most is null)
        {
            return distance;
        }

        var needed = Math.Max(0, _least - state.Count);
        var room = _most is { } most ? most - state.Count : int.MaxValue;
        if (room < 0 || distance < 0 || distance > room)
        {
            return -1;
        }

        if (distance >= needed)
        {
            return distance;
        }

        if (_most is null)
        {
            // Going on for as long as needed first; every step lowers what is needed, and then the distance counts.
            return IsSet(needed, state.A) ? needed + _dfa.Count : -1;
        }

        for (var steps = needed; steps <= Math.Min(_rows.Count - 1, room); steps++)
        {
            if (IsSet(steps, state.A))
            {
                return steps;
            }
        }

        return -1;
    }

    private bool IsSet(int row, int state) => (_rows[row][state >> 6] >> (state & 63) & 1) != 0;

    private int[] Distances(CompileBudget budget, string pointer)
    {
        var distances = new int[_dfa.Count];
        Array.Fill(distances, -1);
        var arrivals = new List<int>[_dfa.Count];
        var pending = new Queue<int>();
        for (var state = 0; state < _dfa.Count; state++)
        {
            arrivals[state] = [];
        }

        budget.Spend((long)_dfa.Count * _dfa.Representatives.Count, pointer);
        for (var state = 0; state < _dfa.Count; state++)
        {
            for (var characterClass = 0; characterClass < _dfa.Representatives.Count; characterClass++)
            {
                arrivals[_dfa.MoveByClass(state, characterClass)].Add(state);
            }

            if (_dfa.IsAccepting(state))
            {
                distances[state] = 0;
                pending.Enqueue(state);
            }
        }

        while (pending.TryDequeue(out var state))
        {
            foreach (var from in arrivals[state])
            {
                if (distances[from] < 0)
                {
                    distances[from] = distances[state] + 1;
                    pending.Enqueue(from);
                }
            }
        }

        return distances;
    }

    private void FillRows(long last, bool exact, CompileBudget budget, string pointer)
    {
        var words = (_dfa.Count + 63) / 64;
        for (var count = 0; count <= last; count++)
        {
            budget.Spend((long)_dfa.Count * _dfa.Representatives.Count, pointer);
            var row = new ulong[words];
            for (var state = 0; state < _dfa.Count; state++)
            {
                var reaches = count > 0 ? AnyMoveReaches(count - 1, state) : exact ? _dfa.IsAccepting(state) : _distance[state] >= 0;
                row[state >> 6] |= (reaches ? 1UL : 0UL) << (state & 63);
            }

            _rows.Add(row);
        }
    }

    private bool AnyMoveReaches(int count, int state)
    {
        for (var characterClass = 0; characterClass < _dfa.Representatives.Count; characterClass++)
        {
            if (IsSet(count, _dfa.MoveByClass(state, characterClass)))
            {
                return true;
            }
        }

        return false;
    }
}
