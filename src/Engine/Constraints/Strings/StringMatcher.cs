namespace Slerp.Engine.Constraints.Strings;

/// <summary>The strings one value may be, read by code points. Immutable; every state handed out can reach acceptance.</summary>
internal abstract class StringMatcher
{
    /// <summary>The state before the first code point; meaningless where <see cref="Witness"/> is null.</summary>
    public abstract MatchState Start { get; }

    /// <summary>A short member, or null where there is no member.</summary>
    public abstract IReadOnlyList<int>? Witness { get; }

    /// <summary>The state after one code point; false where no member continues so.</summary>
    public abstract bool TryStep(MatchState state, int codePoint, out MatchState next);

    /// <summary>A code point in [low, high] with which some member continues, or -1.</summary>
    public abstract int FirstViable(MatchState state, int low, int high);

    /// <summary>Whether the code points so far are a member.</summary>
    public abstract bool Accepts(MatchState state);

    /// <summary>Appends code points that lead to a member nearby.</summary>
    public abstract void Complete(MatchState state, List<int> codePoints);

    /// <summary>A state that lets through the same next <paramref name="horizon"/> code points and the same ends among them, the same one for as many states as is cheap to tell.</summary>
    public virtual MatchState Canonical(MatchState state, int horizon) => state;

    /// <summary>Whether the pending bytes of a code point can still become one that a member continues with.</summary>
    public bool IsViable(MatchState state, StringCursor cursor) => PickViable(state, cursor) >= 0;

    /// <summary>A viable code point that the cursor's pending bytes can become, or -1.</summary>
    public int PickViable(MatchState state, StringCursor cursor)
    {
        var (low, high, secondLow, secondHigh) = cursor.Reachable();
        var found = low <= high ? FirstViable(state, low, high) : -1;
        return found < 0 && secondLow <= secondHigh ? FirstViable(state, secondLow, secondHigh) : found;
    }

    protected IReadOnlyList<int> CompleteFromStart()
    {
        var codePoints = new List<int>();
        Complete(Start, codePoints);
        return codePoints;
    }
}
