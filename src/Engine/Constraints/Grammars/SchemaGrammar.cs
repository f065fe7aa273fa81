using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>A JSON value of a schema.</summary>
internal sealed class SchemaGrammar(SchemaAutomaton automaton) : Grammar
{
    public override bool IsNullable => false;

    public override void Begin(Frame parent, FrameSink into) => into.Add(automaton.Begin(parent));

    public override void AppendShortest(List<int> symbols) => automaton.Root.WriteWitness(0, symbols);
}
