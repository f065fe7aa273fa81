using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>A fixed, non-empty run of symbols.</summary>
internal sealed class LiteralGrammar(int[] symbols) : Grammar
{
    public override bool IsNullable => false;

    public override void Begin(Frame parent, FrameSink into) => into.Add(new LiteralFrame(symbols, 0, parent));

    public override void AppendShortest(List<int> into) => into.AddRange(symbols);
}
