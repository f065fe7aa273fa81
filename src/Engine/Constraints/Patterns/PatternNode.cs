namespace Slerp.Engine.Constraints.Patterns;

/// <summary>The syntax tree of a regular expression without look-around and references. A closed union.</summary>
internal abstract record PatternNode
{
    private PatternNode()
    {
    }

    /// <summary>One code point of a set.</summary>
    public sealed record Set(CodePointSet Members) : PatternNode;

    /// <summary>One after another; the empty list is the empty string.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Items) : PatternNode;

    /// <summary>Any one of them.</summary>
    public sealed record Choice(IReadOnlyList<PatternNode> Items) : PatternNode;

    /// <summary>At least, and at most (null: without bound) so many times.</summary>
    public sealed record Repeat(PatternNode Item, int Least, int? Most) : PatternNode;

    /// <summary>^: nothing before.</summary>
    public sealed record TextStart : PatternNode;

    /// <summary>$: nothing after.</summary>
    public sealed record TextEnd : PatternNode;
}
