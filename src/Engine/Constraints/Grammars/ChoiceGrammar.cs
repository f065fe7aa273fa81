using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints.Grammars;

/// <summary>Any one of several.</summary>
internal sealed class ChoiceGrammar : Grammar
{
    private readonly IReadOnlyList<Grammar> _items;

    public ChoiceGrammar(IReadOnlyList<Grammar> items)
    {
        ArgumentOutOfRangeException.ThrowIfZero(items.Count);
        _items = items;
    }

    public override bool IsNullable => _items.Any(item => item.IsNullable);

    public override void Begin(Frame parent, FrameSink into)
    {
        foreach (var item in _items)
        {
            item.Begin(parent, into);
        }
    }

    public override void AppendShortest(List<int> symbols)
    {
        List<int>? best = null;
        foreach (var item in _items)
        {
            var candidate = new List<int>();
            item.AppendShortest(candidate);
            best = best is null || candidate.Count < best.Count ? candidate : best;
        }

        symbols.AddRange(best!);
    }
}
