namespace Slerp.Engine.Drafting.PromptLookup;

/// <summary>A suffix automaton over a growing text: the longest suffix that occurred before, and where.</summary>
/// <remarks>
/// <para>Extending by a token is amortised O(1); at most 2n states. Source: Blumer et al. 1985; as a drafter: Hu et al. 2024, SAM decoding (2411.10666).</para>
/// <para>The match is moved on before a token is added, so that a text matches its past and never itself.</para>
/// </remarks>
internal sealed class SuffixIndex
{
    // A repeated text has long chains of suffix links; the occurrences that matter are on the first few.
    private const int MaxRefreshedLinks = 16;

    private readonly SuffixStates _states = new();
    private readonly List<int> _text = [];
    private int _last;
    private int _match;

    /// <summary>Tokens so far.</summary>
    public int Count => _text.Count;

    /// <summary>Length of the longest suffix of the text that also ends earlier; 0 where there is none.</summary>
    public int MatchLength { get; private set; }

    /// <summary>The position after a recent earlier occurrence of that suffix: what stands from there on is the draft.</summary>
    public int MatchEnd { get; private set; }

    /// <summary>The token at a position.</summary>
    public int this[int position] => _text[position];

    /// <summary>Adds a token.</summary>
    public void Append(int token)
    {
        Advance(token);
        Extend(token);
        Refresh();
        _text.Add(token);
    }

    private void Advance(int token)
    {
        int next;
        while ((next = _states.Next(_match, token)) < 0 && _match != SuffixStates.Root)
        {
            _match = _states.Link(_match);
            MatchLength = _states.Length(_match);
        }

        (_match, MatchLength) = next < 0 ? (SuffixStates.Root, 0) : (next, MatchLength + 1);
        MatchEnd = next < 0 ? 0 : _states.LastEnd(next) + 1;
    }

    private void Extend(int token)
    {
        var current = _states.Add(_states.Length(_last) + 1, _text.Count);
        var state = _last;
        for (; state >= 0 && _states.Next(state, token) < 0; state = _states.Link(state))
        {
            _states.Connect(state, token, current);
        }

        _states.SetLink(current, state < 0 ? SuffixStates.Root : SplitTarget(state, token));
        _last = current;
    }

    private int SplitTarget(int state, int token)
    {
        var next = _states.Next(state, token);
        if (_states.Length(state) + 1 == _states.Length(next))
        {
            return next;
        }

        var clone = _states.Clone(next, _states.Length(state) + 1);
        for (; state >= 0 && _states.Next(state, token) == next; state = _states.Link(state))
        {
            _states.Connect(state, token, clone);
        }

        // The match is a suffix of a certain length: of a state that was split, the shorter part is the clone's.
        if (_match == next && MatchLength <= _states.Length(clone))
        {
            _match = clone;
        }

        return clone;
    }

    private void Refresh()
    {
        var state = _states.Link(_last);
        for (var hop = 0; hop < MaxRefreshedLinks && state > SuffixStates.Root; hop++, state = _states.Link(state))
        {
            _states.SetLastEnd(state, _text.Count);
        }
    }
}
