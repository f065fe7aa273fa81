using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>The variable 'loop'.</summary>
/// <param name="items">What is looped over.</param>
/// <param name="depth">How many loops of the same recursive loop stand around this one.</param>
/// <param name="again">Runs the loop over other items, where it is recursive.</param>
internal sealed class LoopValue(LoopSource items, int depth, Func<JinjaValue, JinjaValue>? again) : JinjaValue
{
    private JinjaValue? lastChanged;

    public int Index { get; set; }

    public Func<JinjaValue, JinjaValue>? Again => again;

    public override string TypeName => "LoopContext";

    public override bool IsTrue => true;

    public JinjaValue? Attribute(string name) => name switch
    {
        "index" => Number(Index + 1),
        "index0" => Number(Index),
        "revindex" => Number(items.Count - Index),
        "revindex0" => Number(items.Count - Index - 1),
        "first" => BooleanValue.Of(Index == 0),
        "last" => BooleanValue.Of(!items.Has(Index + 1)),
        "length" => Number(items.Count),
        "depth" => Number(depth + 1),
        "depth0" => Number(depth),
        "previtem" => Index > 0 ? items[Index - 1] : new UndefinedValue("there is no previous item"),
        "nextitem" => items.Has(Index + 1) ? items[Index + 1] : new UndefinedValue("there is no next item"),
        "cycle" => new FunctionValue("cycle", Cycle),
        "changed" => new FunctionValue("changed", Changed),
        _ => null,
    };

    private static IntegerValue Number(int value) => new(new BigInteger(value));

    private JinjaValue Cycle(Interpreter interpreter, Arguments arguments) => arguments.Positional.Count > 0
        ? arguments.Positional[Index % arguments.Positional.Count]
        : throw interpreter.Budget.Fail("'cycle' needs at least one value.");

    private BooleanValue Changed(Interpreter interpreter, Arguments arguments)
    {
        var now = ListValue.Tuple(arguments.Positional);
        var isSame = lastChanged is not null && Comparisons.AreEqual(interpreter.Budget, lastChanged, now);
        lastChanged = now;
        return BooleanValue.Of(!isSame);
    }
}
