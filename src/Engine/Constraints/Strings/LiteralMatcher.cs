namespace Slerp.Engine.Constraints.Strings;

/// <summary>A finite set of strings. A state is the interval [A, B) of the sorted literals that begin with what was read.</summary>
internal sealed class LiteralMatcher(LiteralSet literals) : StringMatcher
{
    public override MatchState Start => new(0, literals.Count, 0);

    public override IReadOnlyList<int>? Witness { get; } =
        literals.Count == 0 ? null : Enumerable.Range(0, literals.Count).Select(index => literals[index]).MinBy(literal => literal.Count);

    public override bool TryStep(MatchState state, int codePoint, out MatchState next)
    {
        var (from, to) = literals.Narrow(state.A, state.B, state.Count, codePoint);
        next = new MatchState(from, to, state.Count + 1);
        return from < to;
    }

    public override int FirstViable(MatchState state, int low, int high)
    {
        var (from, to) = literals.Between(state.A, state.B, state.Count, low, high);
        return from < to ? literals[from][state.Count] : -1;
    }

    public override bool Accepts(MatchState state) => literals.EndsAt(state.A, state.B, state.Count);

    public override void Complete(MatchState state, List<int> codePoints)
    {
        var shortest = literals[state.A];
        for (var index = state.A + 1; index < state.B; index++)
        {
            shortest = literals[index].Count < shortest.Count ? literals[index] : shortest;
        }

        codePoints.AddRange(shortest.Skip(state.Count));
    }
}
