using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>No text at all, not even the empty one: what a trigger leads to that must not be read.</summary>
internal sealed class NothingGrammar : Grammar
{
    private NothingGrammar()
    {
    }

    /// <summary>The one instance.</summary>
    public static NothingGrammar Instance { get; } = new();

    public override bool IsNullable => false;

    public override void Begin(Frame parent, FrameSink into)
    {
    }

    public override void AppendShortest(List<int> symbols) =>
        throw new InvalidOperationException("Nothing has no text. It may only follow what free text need not contain.");
}
