namespace Slerp.Engine.Constraints.Strings;

/// <summary>Every string of at least and at most so many code points.</summary>
internal sealed class LengthMatcher : StringMatcher
{
    private readonly int _saturation;

    /// <param name="least">Fewest code points.</param>
    /// <param name="most">Most code points, or null.</param>
    public LengthMatcher(int least, int? most)
    {
        Least = least;
        Most = most;
        // Without an upper bound, counting further than the lower one would only split equal states.
        _saturation = most is null ? least : int.MaxValue;
        Witness = most < least ? null : CompleteFromStart();
    }

    public int Least { get; }

    public int? Most { get; }

    public override MatchState Start => default;

    public override IReadOnlyList<int>? Witness { get; }

    public override bool TryStep(MatchState state, int codePoint, out MatchState next)
    {
        next = state with { Count = Math.Min(state.Count + 1, _saturation) };
        return Most is not { } most || state.Count < most;
    }

    public override int FirstViable(MatchState state, int low, int high)
    {
        if (Most is { } most && state.Count >= most)
        {
            return -1;
        }

        return low <= 'a' && high >= 'a' ? 'a' : low is >= 0xD800 and <= 0xDFFF ? (high > 0xDFFF ? 0xE000 : -1) : low;
    }

    public override bool Accepts(MatchState state) => state.Count >= Least;

    public override MatchState Canonical(MatchState state, int horizon) =>
        Most is { } most && state.Count >= Least && Math.Min(most - state.Count, most - Least) >= horizon ? state with { Count = Least } : state;

    public override void Complete(MatchState state, List<int> codePoints)
    {
        for (var count = state.Count; count < Least; count++)
        {
            codePoints.Add('a');
        }
    }
}
