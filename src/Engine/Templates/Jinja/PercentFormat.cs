namespace Slerp.Engine.Templates.Jinja;

/// <summary>"…%s…" % values: Python's older formatting.</summary>
internal static class PercentFormat
{
    public static TextValue Apply(RenderBudget budget, TextValue format, JinjaValue values)
    {
        var text = format.Text;
        var builder = new TextBuilder(budget);
        var positional = values is ListValue { IsTuple: true } tuple ? tuple.Items : [values];
        var used = 0;
        var plain = 0;
        for (var index = text.IndexOf('%', StringComparison.Ordinal); index >= 0; index = text.IndexOf('%', plain))
        {
            budget.Step();
            builder.Append(format, plain, index - plain);
            plain = index + 1;
            var key = ReadKey(budget, text, ref plain);
            var field = ReadField(budget, text, ref plain);
            if (field.Conversion == '%')
            {
                builder.Append('%', format.PartAt(index));
                continue;
            }

            var value = key is not null
                ? (values as DictValue)?.Find(key) ?? throw budget.Fail($"the format's field '{key}' has no value.")
                : used < positional.Count ? positional[used++] : throw budget.Fail("not enough values for the format.");
            field.Append(builder, value);
        }

        if (used < positional.Count && values is not (DictValue or ListValue { IsTuple: false }))
        {
            throw budget.Fail("not all values were used by the format.");
        }

        return builder.Append(format, plain, text.Length - plain).ToText();
    }

    private static string? ReadKey(RenderBudget budget, string text, ref int position)
    {
        if (position >= text.Length || text[position] != '(')
        {
            return null;
        }

        var close = text.IndexOf(')', position);
        if (close < 0)
        {
            throw budget.Fail("a field of the format has '(' without ')'.");
        }

        var key = text[(position + 1)..close];
        position = close + 1;
        return key;
    }

    private static FormatField ReadField(RenderBudget budget, string text, ref int position)
    {
        var start = position;
        while (position < text.Length && text[position] is '-' or '+' or ' ' or '#' or '0')
        {
            position++;
        }

        var flags = text[start..position];
        var width = ReadNumber(text, ref position) ?? 0;
        int? precision = null;
        if (position < text.Length && text[position] == '.')
        {
            position++;
            precision = ReadNumber(text, ref position) ?? 0;
        }

        return position < text.Length ? new FormatField(text[position++], flags, width, precision) : throw budget.Fail("the format ends inside a field.");
    }

    /// <summary>A number, or null where no digit stands; large ones stop growing, the budget refuses them.</summary>
    public static int? ReadNumber(string text, ref int position)
    {
        int? number = null;
        for (; position < text.Length && char.IsAsciiDigit(text[position]); position++)
        {
            number = (int)Math.Min(int.MaxValue / 2, (10L * (number ?? 0)) + (text[position] - '0'));
        }

        return number;
    }
}
