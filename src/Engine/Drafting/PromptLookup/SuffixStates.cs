namespace Slerp.Engine.Drafting.PromptLookup;

/// <summary>The states and edges of a suffix automaton, in flat arrays.</summary>
internal sealed class SuffixStates
{
    /// <summary>The state of the empty text.</summary>
    public const int Root = 0;

    private readonly Dictionary<long, int> _edgeOf = [];
    private State[] _states = new State[64];
    private Edge[] _edges = new Edge[64];
    private int _stateCount = 1;
    private int _edgeCount;

    /// <summary>Creates the automaton of the empty text.</summary>
    public SuffixStates() => _states[Root] = new State(0, -1, -1, -1);

    /// <summary>Length of the longest text that leads to a state.</summary>
    public int Length(int state) => _states[state].Length;

    /// <summary>The state of the longest suffix that is another state's; -1 for the root.</summary>
    public int Link(int state) => _states[state].Link;

    /// <summary>Where a recent occurrence of a state's texts ends.</summary>
    public int LastEnd(int state) => _states[state].LastEnd;

    /// <summary>The state a token leads to, or -1.</summary>
    public int Next(int state, int token) => _edgeOf.TryGetValue(Key(state, token), out var edge) ? _edges[edge].Target : -1;

    /// <summary>Adds a state without edges.</summary>
    public int Add(int length, int end)
    {
        if (_stateCount == _states.Length)
        {
            Array.Resize(ref _states, _stateCount * 2);
        }

        _states[_stateCount] = new State(length, Root, end, -1);
        return _stateCount++;
    }

    /// <summary>Adds a copy of a state for its shorter texts and puts it between the state and its link.</summary>
    public int Clone(int state, int length)
    {
        var clone = Add(length, _states[state].LastEnd);
        for (var edge = _states[state].FirstEdge; edge >= 0; edge = _edges[edge].Next)
        {
            Connect(clone, _edges[edge].Token, _edges[edge].Target);
        }

        SetLink(clone, _states[state].Link);
        SetLink(state, clone);
        return clone;
    }

    /// <summary>Sets a state's link.</summary>
    public void SetLink(int state, int link) => _states[state].Link = link;

    /// <summary>Notes a later occurrence.</summary>
    public void SetLastEnd(int state, int end) => _states[state].LastEnd = end;

    /// <summary>Makes a token lead from one state to another.</summary>
    public void Connect(int state, int token, int target)
    {
        if (_edgeOf.TryGetValue(Key(state, token), out var known))
        {
            _edges[known].Target = target;
            return;
        }

        if (_edgeCount == _edges.Length)
        {
            Array.Resize(ref _edges, _edgeCount * 2);
        }

        _edges[_edgeCount] = new Edge(token, target, _states[state].FirstEdge);
        _states[state].FirstEdge = _edgeCount;
        _edgeOf[Key(state, token)] = _edgeCount++;
    }

    private static long Key(int state, int token) => ((long)state << 32) | (uint)token;

    private struct State(int length, int link, int lastEnd, int firstEdge)
    {
        public int Length = length;
        public int Link = link;
        public int LastEnd = lastEnd;
        public int FirstEdge = firstEdge;
    }

    private struct Edge(int token, int target, int next)
    {
        public int Token = token;
        public int Target = target;
        public int Next = next;
    }
}
