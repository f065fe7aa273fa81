namespace Slerp.Engine.Constraints.Patterns;

/// <summary>A deterministic automaton over code points that accepts the strings in which every one of its patterns is found. Immutable.</summary>
/// <remarks>Built whole, by subset construction within a bound on states: reading is linear, and no input can make it slower.</remarks>
internal sealed class Dfa
{
    private readonly int[] _boundaries;
    private readonly int[] _classes;
    private readonly int _classCount;
    private readonly int[] _asciiClasses = new int[128];
    private readonly int[] _moves;
    private readonly bool[] _accepting;

    private Dfa(IReadOnlyList<Nfa> automata, CompileBudget budget, string pointer)
    {
        var sets = automata.SelectMany(nfa => Enumerable.Range(0, nfa.Count).SelectMany(nfa.Moves)).Select(move => move.On).Distinct().ToList();
        (_boundaries, _classes, Representatives) = Partition(sets, budget, pointer);
        _classCount = Representatives.Count;
        for (var codePoint = 0; codePoint < _asciiClasses.Length; codePoint++)
        {
            _asciiClasses[codePoint] = _classes[IntervalOf(codePoint)];
        }

        (_moves, _accepting) = Determinise(automata, budget, pointer);
    }

    public int Count => _accepting.Length;

    /// <summary>One code point of each class, the most readable where there is a choice.</summary>
    public IReadOnlyList<int> Representatives { get; }

    /// <summary>Compiles patterns that must all be found, within the budget's bound on states and steps.</summary>
    /// <exception cref="PatternSyntaxException">A pattern is malformed, not linear, or too large.</exception>
    public static Dfa Compile(IEnumerable<string> patterns, CompileBudget budget, string pointer)
    {
        var limit = budget.Limits.PatternStates;
        return new Dfa([.. patterns.Select(pattern => new Nfa(PatternParser.Parse(pattern), limit))], budget, pointer);
    }

    public bool IsAccepting(int state) => _accepting[state];

    public int Move(int state, int codePoint) => _moves[(state * _classCount) + ClassOf(codePoint)];

    public int MoveByClass(int state, int characterClass) => _moves[(state * _classCount) + characterClass];

    /// <summary>The interval of alike code points that holds one; with <see cref="ClassOfInterval"/> and <see cref="StartOfInterval"/>, a way to look at ranges.</summary>
    public int IntervalOf(int codePoint)
    {
        var found = Array.BinarySearch(_boundaries, codePoint);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>The first code point of an interval, or one past the last code point of all.</summary>
    public int StartOfInterval(int interval) => interval < _boundaries.Length ? _boundaries[interval] : 0x110000;

    /// <summary>The class of an interval, or -1 for the surrogates.</summary>
    public int ClassOfInterval(int interval) => _classes[interval];

    private int ClassOf(int codePoint) => codePoint < _asciiClasses.Length ? _asciiClasses[codePoint] : _classes[IntervalOf(codePoint)];

    /// <summary>Cuts the code points where any set begins or ends, and joins the pieces that are in the same sets. Surrogates get class -1.</summary>
    private static (int[] Boundaries, int[] Classes, IReadOnlyList<int> Representatives) Partition(
        List<CodePointSet> sets,
        CompileBudget budget,
        string pointer)
    {
        var cuts = new SortedSet<int> { 0, 0xD800, 0xE000 };
        foreach (var (low, high) in sets.SelectMany(set => set.Intervals))
        {
            cuts.Add(low);
            if (high < 0x10FFFF)
            {
                cuts.Add(high + 1);
            }
        }

        int[] boundaries = [.. cuts];
        var signatures = boundaries.Select(_ => new List<int>()).ToArray();
        for (var number = 0; number < sets.Count; number++)
        {
            foreach (var (low, high) in sets[number].Intervals)
            {
                for (var index = Array.BinarySearch(boundaries, low); index < boundaries.Length && boundaries[index] <= high; index++)
                {
                    signatures[index].Add(number);
                    budget.Spend(1, pointer);
                }
            }
        }

        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var representatives = new List<int>();
        var classes = new int[boundaries.Length];
        for (var index = 0; index < boundaries.Length; index++)
        {
            if (boundaries[index] == 0xD800)
            {
                classes[index] = -1;
                continue;
            }

            var end = index + 1 < boundaries.Length ? boundaries[index + 1] - 1 : 0x10FFFF;
            var representative = Readable(boundaries[index], end);
            var signature = string.Join(',', signatures[index]);
            if (!known.TryGetValue(signature, out classes[index]))
            {
                classes[index] = known[signature] = representatives.Count;
                representatives.Add(representative);
            }
            else if (Rank(representative) < Rank(representatives[classes[index]]))
            {
                representatives[classes[index]] = representative;
            }
        }

        return (boundaries, classes, representatives);
    }

    private static int Readable(int low, int high)
    {
        foreach (var wanted in "aA0 ")
        {
            if (low <= wanted && wanted <= high)
            {
                return wanted;
            }
        }

        return low < 0x20 && high >= 0x20 ? 0x20 : low;
    }

    private static int Rank(int codePoint) => codePoint switch
    {
        < 0x20 => 3,
        < 0x80 when char.IsAsciiLetterOrDigit((char)codePoint) => 0,
        < 0x7F => 1,
        _ => 2,
    };

    private (int[] Moves, bool[] Accepting) Determinise(IReadOnlyList<Nfa> automata, CompileBudget budget, string pointer)
    {
        var moves = new List<int>();
        var accepting = new List<bool>();
        var limit = budget.Limits.PatternStates;
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var pending = new Queue<int[][]>();
        int Number(int[][] sets, bool atStart)
        {
            budget.Spend(sets.Sum(set => set.Length), pointer);
            var key = (atStart ? "^" : "") + string.Join('|', sets.Select(set => string.Join(',', set)));
            if (!known.TryGetValue(key, out var number))
            {
                if (known.Count >= limit)
                {
                    throw new PatternSyntaxException($"the pattern needs more than {limit:N0} deterministic states; simplify it.", ConstraintFailure.LimitExceeded);
                }

                number = known[key] = known.Count;
                pending.Enqueue(sets);
                accepting.Add(automata.Zip(sets).All(pair => pair.First.Close(pair.Second, atStart, atEnd: true).Contains(pair.First.Accept)));
            }

            return number;
        }

        Number([.. automata.Select(nfa => nfa.Close([0], atStart: true, atEnd: false))], atStart: true);
        while (pending.TryDequeue(out var sets))
        {
            for (var characterClass = 0; characterClass < _classCount; characterClass++)
            {
                var codePoint = Representatives[characterClass];
                moves.Add(Number([.. automata.Zip(sets).Select(pair => After(pair.First, pair.Second, codePoint))], atStart: false));
            }
        }

        return ([.. moves], [.. accepting]);
    }

    private static int[] After(Nfa nfa, int[] states, int codePoint)
    {
        var reached = new HashSet<int>();
        foreach (var state in states)
        {
            foreach (var (on, to) in nfa.Moves(state))
            {
                if (on.Contains(codePoint))
                {
                    reached.Add(to);
                }
            }
        }

        // Once the match is complete, how it came about no longer matters.
        var closed = nfa.Close(reached, atStart: false, atEnd: false);
        return closed.Contains(nfa.Accept) ? [nfa.Accept] : closed;
    }
}
