namespace Slerp.Engine.Templates.Jinja;

/// <summary>Filters that pick or map values by tests, attributes and other filters.</summary>
internal static class SelectionFilters
{
    public static JinjaValue Default(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var bound = arguments.Bind(interpreter.Budget, "default", "default_value", "boolean");
        var isMissing = value is UndefinedValue || ((bound[1]?.IsTrue ?? false) && !value.IsTrue);
        return isMissing ? bound[0] ?? TextValue.Empty : value;
    }

    public static JinjaValue Attr(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var name = arguments.Bind(interpreter.Budget, "attr", "name")[0] as TextValue ?? throw interpreter.Budget.Fail("'attr' needs a name.");
        return value is DictValue && CollectionMethods.Find(value, name.Text) is null
            ? new UndefinedValue($"'dict object' has no attribute '{name.Text}'")
            : Members.Attribute(interpreter.Budget, value, name);
    }

    /// <summary>Each item's attribute, or each item through another filter.</summary>
    public static JinjaValue Map(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        Func<JinjaValue, JinjaValue> map;
        if (arguments.Positional.Count == 0)
        {
            var attribute = Named(arguments, "attribute") ?? throw budget.Fail("'map' needs a filter or an attribute.");
            var otherwise = Named(arguments, "default");
            map = item => AttributePath.Get(budget, item, attribute) is var found && found is UndefinedValue && otherwise is not null ? otherwise : found;
        }
        else
        {
            var filter = arguments.Positional[0] as TextValue ?? throw budget.Fail("the first argument of 'map' must be a filter's name.");
            var rest = arguments.Skip(1);
            map = item => interpreter.Evaluator.Apply(filter.Text, item, rest);
        }

        var mapped = new List<JinjaValue>();
        foreach (var item in Items(budget, value))
        {
            mapped.Add(map(item));
        }

        return new GeneratorValue(mapped);
    }

    private static JinjaValue? Named(Arguments arguments, string name)
    {
        foreach (var (key, value) in arguments.Named)
        {
            if (key == name)
            {
                return value;
            }
        }

        return null;
    }

    public static JinjaValue Select(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        Keep(interpreter, value, Condition(interpreter, arguments), isKept: true);

    public static JinjaValue Reject(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        Keep(interpreter, value, Condition(interpreter, arguments), isKept: false);

    public static JinjaValue SelectAttribute(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        Keep(interpreter, value, AttributeCondition(interpreter, arguments), isKept: true);

    public static JinjaValue RejectAttribute(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        Keep(interpreter, value, AttributeCondition(interpreter, arguments), isKept: false);

    private static GeneratorValue Keep(Interpreter interpreter, JinjaValue value, Func<JinjaValue, bool> condition, bool isKept)
    {
        var kept = new List<JinjaValue>();
        foreach (var item in Items(interpreter.Budget, value))
        {
            interpreter.Budget.Step();
            if (condition(item) == isKept)
            {
                kept.Add(item);
            }
        }

        return new GeneratorValue(kept);
    }

    /// <summary>What is false (None, 0, …) counts as empty here, although it cannot be walked.</summary>
    private static IReadOnlyList<JinjaValue> Items(RenderBudget budget, JinjaValue value) => value.IsTrue ? Iteration.Items(budget, value) : [];

    private static Func<JinjaValue, bool> AttributeCondition(Interpreter interpreter, Arguments arguments)
    {
        if (arguments.Positional.Count == 0)
        {
            throw interpreter.Budget.Fail("'selectattr' and 'rejectattr' need an attribute's name.");
        }

        var attribute = arguments.Positional[0];
        var condition = Condition(interpreter, arguments.Skip(1));
        return item => condition(AttributePath.Get(interpreter.Budget, item, attribute));
    }

    /// <summary>The test the arguments name, or the truth of the value where they name none.</summary>
    private static Func<JinjaValue, bool> Condition(Interpreter interpreter, Arguments arguments)
    {
        if (arguments.Positional.Count == 0)
        {
            return value => value.IsTrue;
        }

        var test = arguments.Positional[0] as TextValue ?? throw interpreter.Budget.Fail("a test is named by a string.");
        var rest = arguments.Skip(1);
        return value => interpreter.Evaluator.Test(test.Text, value, rest);
    }
}
