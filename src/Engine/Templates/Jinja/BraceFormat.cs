using System.Globalization;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>"…{}…".format(values): fields by order, number or name, with an optional width and conversion. Fields that reach into a value
/// ({0.name}, {0[key]}) are refused: that road leads to host objects elsewhere.</summary>
internal static class BraceFormat
{
    public static TextValue Apply(RenderBudget budget, TextValue format, Arguments arguments)
    {
        var text = format.Text;
        var builder = new TextBuilder(budget);
        var next = 0;
        var plain = 0;
        for (var index = text.AsSpan().IndexOfAny('{', '}'); index >= 0;)
        {
            budget.Step();
            builder.Append(format, plain, index - plain);
            if (index + 1 < text.Length && text[index + 1] == text[index])
            {
                builder.Append(format, index, 1);
                plain = index + 2;
            }
            else
            {
                var close = text[index] == '{' ? text.IndexOf('}', index) : -1;
                if (close < 0)
                {
                    throw budget.Fail($"single '{text[index]}' in a format.");
                }

                AppendField(builder, text[(index + 1)..close], arguments, ref next);
                plain = close + 1;
            }

            var found = text.AsSpan(plain).IndexOfAny('{', '}');
            index = found < 0 ? -1 : plain + found;
        }

        return builder.Append(format, plain, text.Length - plain).ToText();
    }

    private static void AppendField(TextBuilder builder, string field, Arguments arguments, ref int next)
    {
        var budget = builder.Budget;
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? field : field[..colon];
        var conversion = 's';
        if (name is [.. var bare, '!', 'r' or 's' or 'a'])
        {
            conversion = name[^1] == 's' ? 's' : 'r';
            name = bare;
        }

        var value = Value(budget, name, arguments, ref next);
        var specification = colon < 0 ? "" : field[(colon + 1)..];
        ParseField(budget, specification, value, conversion).Append(builder, value);
    }

    private static JinjaValue Value(RenderBudget budget, string name, Arguments arguments, ref int next)
    {
        if (name.Length == 0)
        {
            name = next++.ToString(CultureInfo.InvariantCulture);
        }

        if (name.All(char.IsAsciiDigit))
        {
            return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < arguments.Positional.Count
                ? arguments.Positional[index]
                : throw budget.Fail($"the format's field {{{name}}} has no value.");
        }

        foreach (var (key, value) in arguments.Named)
        {
            if (key == name)
            {
                return value;
            }
        }

        throw budget.Fail($"the format's field '{{{name}}}' has no value. Only positions and argument names are supported.");
    }

    private static FormatField ParseField(RenderBudget budget, string specification, JinjaValue value, char conversion)
    {
        var position = 0;
        var isText = value is TextValue || conversion == 'r';
        var flags = isText ? "-" : "";
        if (specification.Length > 0 && specification[0] is '<' or '>' or '^')
        {
            flags = specification[position++] switch { '<' => "-", '^' => "^", _ => "" };
        }

        while (position < specification.Length && specification[position] is '+' or ' ' or '0')
        {
            flags += specification[position++];
        }

        var width = PercentFormat.ReadNumber(specification, ref position) ?? 0;
        int? precision = null;
        if (position < specification.Length && specification[position] == '.')
        {
            position++;
            precision = PercentFormat.ReadNumber(specification, ref position);
        }

        var kind = position < specification.Length ? specification[position++] : precision is not null && !isText ? 'g' : conversion;
        return position == specification.Length
            ? new FormatField(kind, flags, width, precision)
            : throw budget.Fail($"the format specification '{specification}' is not supported.");
    }
}
