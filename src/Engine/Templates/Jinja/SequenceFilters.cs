using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Filters on lists, mappings and what else can be walked.</summary>
internal static class SequenceFilters
{
    public static JinjaValue Length(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        if (value is TextValue text)
        {
            interpreter.Budget.Read(text.Length);
        }

        return Iteration.Length(value) is { } length
            ? new IntegerValue(new BigInteger(length))
            : throw interpreter.Budget.Fail($"object of type '{value.TypeName}' has no length.");
    }

    public static JinjaValue First(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        Iteration.Items(interpreter.Budget, value) is [var first, ..] ? first : new UndefinedValue("no first item, sequence was empty");

    public static JinjaValue Last(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        Iteration.Items(interpreter.Budget, value) is [.., var last] ? last : new UndefinedValue("no last item, sequence was empty");

    public static JinjaValue List(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        value is ListValue { IsTuple: false } ? value : new ListValue(Iteration.Items(interpreter.Budget, value));

    public static JinjaValue Items(Interpreter interpreter, JinjaValue value, Arguments arguments) => value switch
    {
        UndefinedValue => new GeneratorValue([]),
        DictValue dict => new GeneratorValue(CollectionMethods.Items(interpreter.Budget, dict)),
        _ => throw interpreter.Budget.Fail("'items' can only get pairs from a mapping."),
    };

    public static JinjaValue Join(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "join", "d", "attribute");
        var items = Iteration.Items(budget, value);
        if (bound[1] is not (null or NoneValue))
        {
            items = [.. items.Select(item => AttributePath.Get(budget, item, bound[1]!))];
        }

        return TextOperations.Join(budget, bound[0] is null ? TextValue.Empty : Printer.ToText(budget, bound[0]!), items);
    }

    public static JinjaValue Reverse(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var items = Iteration.Items(interpreter.Budget, value);
        interpreter.Budget.Step(items.Count);
        return value is TextValue
            ? TextOperations.Join(interpreter.Budget, TextValue.Empty, [.. items.Reverse()])
            : new GeneratorValue([.. items.Reverse()]);
    }

    public static JinjaValue Sort(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "sort", "reverse", "case_sensitive", "attribute");
        var attributes = bound[2] is TextValue names
            ? [.. names.Text.Split(',').Select(name => (JinjaValue)new TextValue(name))]
            : bound[2] is null or NoneValue ? Array.Empty<JinjaValue>() : [bound[2]!];
        var isCaseSensitive = bound[1]?.IsTrue ?? false;
        var items = Iteration.Items(budget, value);
        budget.Step(items.Count);
        return new ListValue(Sorting.Sort(
            budget,
            items,
            item => new ListValue(attributes.Length == 0
                ? [Fold(budget, item, isCaseSensitive)]
                : [.. attributes.Select(attribute => Fold(budget, AttributePath.Get(budget, item, attribute), isCaseSensitive))]),
            bound[0]?.IsTrue ?? false));
    }

    public static JinjaValue DictSort(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "dictsort", "case_sensitive", "by", "reverse");
        var by = bound[1] is null ? "key" : (bound[1] as TextValue)?.Text;
        if (value is not DictValue dict || by is not ("key" or "value"))
        {
            throw budget.Fail($"'dictsort' sorts a mapping by 'key' or 'value'; it was given {value.TypeName} and '{by}'.");
        }

        return new ListValue(Sorting.Sort(
            budget,
            CollectionMethods.Items(budget, dict),
            item => Fold(budget, ((ListValue)item).Items[by == "key" ? 0 : 1], bound[0]?.IsTrue ?? false),
            bound[2]?.IsTrue ?? false));
    }

    public static JinjaValue Unique(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "unique", "case_sensitive", "attribute");
        var seen = new HashSet<JinjaValue>(KeyComparer.Instance);
        var kept = new List<JinjaValue>();
        foreach (var item in Iteration.Items(budget, value))
        {
            budget.Step();
            var key = Fold(budget, bound[1] is null or NoneValue ? item : AttributePath.Get(budget, item, bound[1]!), bound[0]?.IsTrue ?? false);
            if (!KeyComparer.IsKey(key) && key is not UndefinedValue)
            {
                throw budget.Fail($"'unique' cannot compare {key.TypeName} values.");
            }

            if (seen.Add(key))
            {
                kept.Add(item);
            }
        }

        return new GeneratorValue(kept);
    }

    public static JinjaValue Min(Interpreter interpreter, JinjaValue value, Arguments arguments) => Extreme(interpreter, value, arguments, "min", -1);

    public static JinjaValue Max(Interpreter interpreter, JinjaValue value, Arguments arguments) => Extreme(interpreter, value, arguments, "max", 1);

    private static JinjaValue Extreme(Interpreter interpreter, JinjaValue value, Arguments arguments, string filter, int direction)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, filter, "case_sensitive", "attribute");
        JinjaValue? best = null;
        JinjaValue? bestKey = null;
        foreach (var item in Iteration.Items(budget, value))
        {
            var key = Fold(budget, bound[1] is null or NoneValue ? item : AttributePath.Get(budget, item, bound[1]!), bound[0]?.IsTrue ?? false);
            if (bestKey is null || Math.Sign(Comparisons.Order(budget, key, bestKey)) == direction)
            {
                (best, bestKey) = (item, key);
            }
        }

        return best ?? new UndefinedValue("no aggregated item, sequence was empty");
    }

    public static JinjaValue Sum(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "sum", "attribute", "start");
        var sum = bound[1] ?? new IntegerValue(BigInteger.Zero);
        foreach (var item in Iteration.Items(budget, value))
        {
            budget.Step();
            sum = Arithmetic.Apply(budget, "+", sum, bound[0] is null or NoneValue ? item : AttributePath.Get(budget, item, bound[0]!));
        }

        return sum;
    }

    /// <summary>Lists of so many items, the last filled up where a filler is given.</summary>
    public static JinjaValue Batch(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "batch", "linecount", "fill_with");
        var size = Positive(budget, bound[0], "batch");
        var batches = Iteration.Items(budget, value).Chunk(size).Select(chunk => chunk.ToList()).ToList();
        budget.Step((long)batches.Count * (bound[1] is null ? 1 : size));
        while (bound[1] is { } filler && filler is not NoneValue && batches.Count > 0 && batches[^1].Count < size)
        {
            batches[^1].Add(filler);
        }

        return new GeneratorValue([.. batches.Select(batch => new ListValue(batch))]);
    }

    /// <summary>So many lists of nearly equal length.</summary>
    public static JinjaValue Slice(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "slice", "slices", "fill_with");
        var count = Positive(budget, bound[0], "slice");
        budget.Step(count);
        var items = Iteration.Items(budget, value);
        budget.Step(items.Count);
        var (each, longer) = Math.DivRem(items.Count, count);
        var slices = new List<JinjaValue>();
        for (var (index, start) = (0, 0); index < count; index++)
        {
            var length = each + (index < longer ? 1 : 0);
            var slice = items.Skip(start).Take(length).ToList();
            start += length;
            if (bound[1] is { } filler && filler is not NoneValue && index >= longer)
            {
                slice.Add(filler);
            }

            slices.Add(new ListValue(slice));
        }

        return new GeneratorValue(slices);
    }

    private static int Positive(RenderBudget budget, JinjaValue? value, string filter) =>
        value is not null && Arithmetic.Count(value) is > 0 and var count
            ? count
            : throw budget.Fail($"'{filter}' needs a positive number.");

    private static JinjaValue Fold(RenderBudget budget, JinjaValue value, bool isCaseSensitive) =>
        value is TextValue text && !isCaseSensitive ? TextOperations.Lower(budget, text) : value;
}
