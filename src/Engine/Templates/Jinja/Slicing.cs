namespace Slerp.Engine.Templates.Jinja;

/// <summary>owner[start:stop:step], as Python cuts lists and text.</summary>
internal static class Slicing
{
    public static JinjaValue Slice(RenderBudget budget, JinjaValue owner, JinjaValue? start, JinjaValue? stop, JinjaValue? step)
    {
        switch (owner)
        {
            case UndefinedValue undefined:
                throw budget.Fail(undefined.Why + ".");
            case TextValue text:
                budget.Read(text.Length);
                return SliceText(budget, text, Bounds(budget, PythonText.Count(text.Text), start, stop, step));
            case ListValue list:
                var (from, _, by, count) = Bounds(budget, list.Items.Count, start, stop, step);
                budget.Step(count);
                return new ListValue([.. Enumerable.Range(0, count).Select(index => list.Items[from + (index * by)])], list.IsTuple);
            case RangeValue range:
                var (first, last, stride, length) = Bounds(budget, range.Count, start, stop, step);
                var end = last == range.Count ? range.Stop : range.Start + (range.Step * last);
                return new RangeValue(range.Start + (range.Step * first), end, range.Step * stride, length);
            default:
                throw budget.Fail($"'{owner.TypeName}' object cannot be sliced.");
        }
    }

    private static TextValue SliceText(RenderBudget budget, TextValue text, (int From, int To, int By, int Count) bounds)
    {
        if (bounds.Count == 0)
        {
            return TextValue.Empty;
        }

        if (bounds.By == 1)
        {
            var begin = PythonText.Offset(text.Text, bounds.From);
            var end = PythonText.Offset(text.Text, bounds.To);
            return text.Slice(begin, end - begin);
        }

        var characters = Iteration.Items(budget, text);
        var picked = new TextBuilder(budget);
        for (var index = 0; index < bounds.Count; index++)
        {
            picked.Append((TextValue)characters[bounds.From + (index * bounds.By)]);
        }

        return picked.ToText();
    }

    /// <summary>The first index, the end (for a step of 1), the step and how many items there are.</summary>
    private static (int From, int To, int By, int Count) Bounds(RenderBudget budget, int length, JinjaValue? start, JinjaValue? stop, JinjaValue? step)
    {
        var by = Number(budget, step) ?? 1;
        if (by == 0)
        {
            throw budget.Fail("a slice's step cannot be 0.");
        }

        var from = Clamp(Number(budget, start), by > 0 ? 0 : length - 1);
        var to = Clamp(Number(budget, stop), by > 0 ? length : -1);
        var span = by > 0 ? (long)to - from : (long)from - to;
        var count = span <= 0 ? 0 : (int)((span - 1) / Math.Abs((long)by)) + 1;
        return (from, to, by, count);

        int Clamp(int? given, int otherwise)
        {
            if (given is not { } index)
            {
                return otherwise;
            }

            var absolute = index < 0 ? (long)index + length : index;
            return (int)Math.Clamp(absolute, by > 0 ? 0 : -1, by > 0 ? length : length - 1);
        }
    }

    private static int? Number(RenderBudget budget, JinjaValue? value) => value switch
    {
        null or NoneValue => null,
        _ => Arithmetic.Count(value) ?? throw budget.Fail($"a slice's bounds must be integers, not {value.TypeName}."),
    };
}
