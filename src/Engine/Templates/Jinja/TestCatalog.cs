using System.Collections.Frozen;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>What a test ("value is test") is.</summary>
internal delegate bool ValueTest(Interpreter interpreter, JinjaValue value, Arguments arguments);

/// <summary>Every test by name.</summary>
internal static class TestCatalog
{
    private static readonly FrozenDictionary<string, ValueTest> Catalog = new Dictionary<string, ValueTest>
    {
        ["boolean"] = (_, value, _) => value is BooleanValue,
        ["callable"] = (_, value, _) => value is FunctionValue or MacroValue or LoopValue { Again: not null } or UndefinedValue,
        ["defined"] = (_, value, _) => value is not UndefinedValue,
        ["undefined"] = (_, value, _) => value is UndefinedValue,
        ["divisibleby"] = (interpreter, value, arguments) => HasRemainder(interpreter, value, Other(interpreter, arguments), 0),
        ["even"] = (interpreter, value, _) => HasRemainder(interpreter, value, new IntegerValue(2), 0),
        ["odd"] = (interpreter, value, _) => HasRemainder(interpreter, value, new IntegerValue(2), 1),
        ["escaped"] = (_, value, _) => value is TextValue { IsMarkup: true },
        ["false"] = (_, value, _) => ReferenceEquals(value, BooleanValue.False),
        ["true"] = (_, value, _) => ReferenceEquals(value, BooleanValue.True),
        ["none"] = (_, value, _) => value is NoneValue,
        ["filter"] = (_, value, _) => value is TextValue name && FilterCatalog.Find(name.Text) is not null,
        ["test"] = (_, value, _) => value is TextValue name && Find(name.Text) is not null,
        ["float"] = (_, value, _) => value is FloatValue,
        ["integer"] = (_, value, _) => value is IntegerValue,
        ["number"] = (_, value, _) => value is IntegerValue or FloatValue or BooleanValue,
        ["string"] = (_, value, _) => value is TextValue,
        ["mapping"] = (_, value, _) => value is DictValue,
        ["iterable"] = (_, value, _) => Iteration.CanIterate(value),
        ["sequence"] = (_, value, _) => value is ListValue or DictValue or TextValue or RangeValue or UndefinedValue,
        ["lower"] = (interpreter, value, _) => Printer.ToText(interpreter.Budget, value).Text is var text && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["upper"] = (interpreter, value, _) => Printer.ToText(interpreter.Budget, value).Text is var text && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["sameas"] = (interpreter, value, arguments) => IsSame(value, Other(interpreter, arguments)),
        ["in"] = (interpreter, value, arguments) => Comparisons.Contains(interpreter.Budget, Other(interpreter, arguments), value),
        ["eq"] = Compare("=="),
        ["equalto"] = Compare("=="),
        ["=="] = Compare("=="),
        ["ne"] = Compare("!="),
        ["!="] = Compare("!="),
        ["lt"] = Compare("<"),
        ["lessthan"] = Compare("<"),
        ["<"] = Compare("<"),
        ["le"] = Compare("<="),
        ["<="] = Compare("<="),
        ["gt"] = Compare(">"),
        ["greaterthan"] = Compare(">"),
        [">"] = Compare(">"),
        ["ge"] = Compare(">="),
        [">="] = Compare(">="),
    }.ToFrozenDictionary();

    public static ValueTest? Find(string name) => Catalog.GetValueOrDefault(name);

    private static ValueTest Compare(string symbol) =>
        (interpreter, value, arguments) => Comparisons.Holds(interpreter.Budget, symbol, value, Other(interpreter, arguments));

    private static JinjaValue Other(Interpreter interpreter, Arguments arguments) =>
        arguments.Bind(interpreter.Budget, "a test", "other")[0] ?? throw interpreter.Budget.Fail("the test needs a value to compare with.");

    private static bool HasRemainder(Interpreter interpreter, JinjaValue value, JinjaValue divisor, int remainder) =>
        Comparisons.AreEqual(interpreter.Budget, Arithmetic.Apply(interpreter.Budget, "%", value, divisor), new IntegerValue(remainder));

    /// <summary>Identity: the same object; equal booleans, None, and small equal scalars count as the same, as they do in Python.</summary>
    private static bool IsSame(JinjaValue left, JinjaValue right) =>
        ReferenceEquals(left, right) || (left.GetType() == right.GetType() && left is (IntegerValue or TextValue) && KeyComparer.Instance.Equals(left, right));
}
