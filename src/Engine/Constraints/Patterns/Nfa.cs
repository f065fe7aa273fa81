namespace Slerp.Engine.Constraints.Patterns;

/// <summary>A non-deterministic automaton over code points, built by Thompson's construction, that searches: a match may begin and end anywhere.</summary>
/// <remarks>
/// State 0 loops over everything before the match; <see cref="Accept"/> loops over everything after it. The anchors are empty moves that are
/// open only at the start, or only at the end, of the text. Source: K. Thompson 1968; the search loop is the usual addition.
/// </remarks>
internal sealed class Nfa
{
    private readonly List<State> _states = [];
    private readonly int _limit;

    public Nfa(PatternNode pattern, int limit)
    {
        _limit = limit;
        var search = Add();
        Accept = Add();
        _states[search].Moves.Add((CodePointSet.Everything, search));
        _states[Accept].Moves.Add((CodePointSet.Everything, Accept));
        Build(pattern, search, Accept);
    }

    private enum Gate
    {
        Open,
        TextStart,
        TextEnd,
    }

    public int Accept { get; }

    public int Count => _states.Count;

    public IReadOnlyList<(CodePointSet On, int To)> Moves(int state) => _states[state].Moves;

    /// <summary>Adds everything that empty moves reach; sorted.</summary>
    public int[] Close(IEnumerable<int> states, bool atStart, bool atEnd)
    {
        var closed = new SortedSet<int>(states);
        var pending = new Stack<int>(closed);
        while (pending.TryPop(out var state))
        {
            foreach (var (gate, to) in _states[state].Empty)
            {
                if ((gate is Gate.Open || (gate is Gate.TextStart && atStart) || (gate is Gate.TextEnd && atEnd)) && closed.Add(to))
                {
                    pending.Push(to);
                }
            }
        }

        return [.. closed];
    }

    private int Add()
    {
        if (_states.Count >= _limit)
        {
            throw new PatternSyntaxException($"the pattern needs more than {_limit:N0} states; lower its repetition counts.", ConstraintFailure.LimitExceeded);
        }

        _states.Add(new State());
        return _states.Count - 1;
    }

    /// <summary>Connects two states by the pattern. Recursion is as deep as the parser's groups.</summary>
    private void Build(PatternNode node, int from, int to)
    {
        switch (node)
        {
            case PatternNode.Set set:
                _states[from].Moves.Add((set.Members, to));
                break;
            case PatternNode.TextStart:
                _states[from].Empty.Add((Gate.TextStart, to));
                break;
            case PatternNode.TextEnd:
                _states[from].Empty.Add((Gate.TextEnd, to));
                break;
            case PatternNode.Choice choice:
                foreach (var item in choice.Items)
                {
                    Build(item, from, to);
                }

                break;
            case PatternNode.Sequence sequence:
                foreach (var item in sequence.Items)
                {
                    var middle = Add();
                    Build(item, from, middle);
                    from = middle;
                }

                _states[from].Empty.Add((Gate.Open, to));
                break;
            case PatternNode.Repeat repeat:
                BuildRepeat(repeat, from, to);
                break;
        }
    }

    private void BuildRepeat(PatternNode.Repeat repeat, int from, int to)
    {
        // A fresh first state keeps loops from leaking into what else starts at 'from'.
        var current = Add();
        _states[from].Empty.Add((Gate.Open, current));
        for (var i = 0; i < repeat.Least; i++)
        {
            var next = Add();
            Build(repeat.Item, current, next);
            current = next;
        }

        if (repeat.Most is not { } most)
        {
            var loop = Add();
            _states[current].Empty.Add((Gate.Open, loop));
            Build(repeat.Item, loop, loop);
            _states[loop].Empty.Add((Gate.Open, to));
            return;
        }

        for (var i = repeat.Least; i < most; i++)
        {
            _states[current].Empty.Add((Gate.Open, to));
            var next = Add();
            Build(repeat.Item, current, next);
            current = next;
        }

        _states[current].Empty.Add((Gate.Open, to));
    }

    private sealed class State
    {
        public List<(CodePointSet On, int To)> Moves { get; } = [];

        public List<(Gate Gate, int To)> Empty { get; } = [];
    }
}
