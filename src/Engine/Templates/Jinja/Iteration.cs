namespace Slerp.Engine.Templates.Jinja;

/// <summary>Walking over values: the items of lists, the keys of mappings, the characters of text.</summary>
internal static class Iteration
{
    public static IReadOnlyList<JinjaValue> Items(RenderBudget budget, JinjaValue value)
    {
        switch (value)
        {
            case ListValue list:
                return list.Items;
            case DictValue dict:
                return dict.Keys;
            case ViewValue view:
                return view.Items;
            case GeneratorValue generator:
                return generator.Take();
            case UndefinedValue:
                return [];
            case RangeValue range:
                budget.Step(range.Count);
                return [.. Enumerable.Range(0, range.Count).Select(index => range[index])];
            case TextValue text:
                return Characters(budget, text.AsPlain());
            default:
                throw budget.Fail($"'{value.TypeName}' object is not iterable.");
        }
    }

    public static bool CanIterate(JinjaValue value) =>
        value is ListValue or DictValue or ViewValue or GeneratorValue or UndefinedValue or RangeValue or TextValue;

    /// <summary>The number of items, or null for what has no length.</summary>
    public static int? Length(JinjaValue value) => value switch
    {
        ListValue list => list.Items.Count,
        DictValue dict => dict.Count,
        ViewValue view => view.Items.Count,
        RangeValue range => range.Count,
        TextValue text => PythonText.Count(text.Text),
        UndefinedValue => 0,
        _ => null,
    };

    private static List<JinjaValue> Characters(RenderBudget budget, TextValue text)
    {
        budget.Step(text.Length);
        budget.Characters(8L * text.Length);
        var items = new List<JinjaValue>(text.Length);
        for (var index = 0; index < text.Length;)
        {
            var units = PythonText.UnitsAt(text.Text, index);
            items.Add(text.Slice(index, units));
            index += units;
        }

        return items;
    }
}
