using System.Globalization;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Values as text, as Python's str and repr print them. Characters of strings keep their origin.</summary>
internal static class Printer
{
    public static TextValue ToText(RenderBudget budget, JinjaValue value)
    {
        if (value is TextValue text)
        {
            return text;
        }

        var builder = new TextBuilder(budget);
        AppendText(builder, value);
        return builder.ToText();
    }

    /// <summary>Python's str(value).</summary>
    public static void AppendText(TextBuilder builder, JinjaValue value)
    {
        switch (value)
        {
            case TextValue text:
                builder.Append(text);
                break;
            case UndefinedValue:
                break;
            default:
                AppendRepr(builder, value);
                break;
        }
    }

    /// <summary>Python's repr(value).</summary>
    public static void AppendRepr(TextBuilder builder, JinjaValue value)
    {
        builder.Budget.Step();
        switch (value)
        {
            case TextValue { IsMarkup: true } markup:
                builder.Append("Markup(");
                AppendQuoted(builder, markup);
                builder.Append(')');
                break;
            case TextValue text:
                AppendQuoted(builder, text);
                break;
            case IntegerValue integer:
                builder.Budget.Step(integer.Value.GetBitLength() >> 2);
                builder.Append(integer.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case FloatValue number:
                builder.Append(PythonNumber.Format(number.Value));
                break;
            case ListValue list:
                AppendItems(builder, list.Items, list.IsTuple ? "(" : "[", list.IsTuple ? list.Items.Count == 1 ? ",)" : ")" : "]");
                break;
            case ViewValue view:
                AppendItems(builder, view.Items, $"{view.TypeName}([", "])");
                break;
            case DictValue dict:
                AppendDict(builder, dict);
                break;
            case RangeValue range:
                builder.Append(range.Step.IsOne ? $"range({range.Start}, {range.Stop})" : $"range({range.Start}, {range.Stop}, {range.Step})");
                break;
            default:
                builder.Append(Describe(value));
                break;
        }
    }

    private static string Describe(JinjaValue value) => value switch
    {
        NoneValue => "None",
        BooleanValue boolean => boolean.IsTrue ? "True" : "False",
        UndefinedValue => "Undefined",
        MacroValue macro => $"<Macro '{macro.Definition.Name}'>",
        FunctionValue function => $"<function {function.Name}>",
        _ => $"<{value.TypeName} object>",
    };

    private static void AppendItems(TextBuilder builder, IReadOnlyList<JinjaValue> items, string open, string close)
    {
        builder.Budget.Enter();
        builder.Append(open);
        for (var index = 0; index < items.Count; index++)
        {
            if (index > 0)
            {
                builder.Append(", ");
            }

            AppendRepr(builder, items[index]);
        }

        builder.Append(close);
        builder.Budget.Leave();
    }

    private static void AppendDict(TextBuilder builder, DictValue dict)
    {
        builder.Budget.Enter();
        builder.Append('{');
        var separator = "";
        foreach (var (key, value) in dict.Entries)
        {
            builder.Append(separator);
            AppendRepr(builder, key);
            builder.Append(": ");
            AppendRepr(builder, value);
            separator = ", ";
        }

        builder.Append('}');
        builder.Budget.Leave();
    }

    private static void AppendQuoted(TextBuilder builder, TextValue value)
    {
        var text = value.Text;
        builder.Budget.Read(text.Length);
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        builder.Append(quote);
        var plain = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (index + 1 < text.Length && char.IsSurrogatePair(text, index) && IsPrintable(CharUnicodeInfo.GetUnicodeCategory(text, index)))
            {
                index++;
            }
            else if (Escape(text[index], quote) is { } escape)
            {
                builder.Budget.Step();
                builder.Append(value, plain, index - plain).Append(escape, value.PartAt(index));
                plain = index + 1;
            }
        }

        builder.Append(value, plain, text.Length - plain).Append(quote);
    }

    private static string? Escape(char character, char quote) => character switch
    {
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ when character == quote => $"\\{quote}",
        >= ' ' and < '\x7f' => null,
        _ when character > '\x7f' && IsPrintable(CharUnicodeInfo.GetUnicodeCategory(character)) => null,
        <= '\xff' => $"\\x{(int)character:x2}",
        _ => $"\\u{(int)character:x4}",
    };

    private static bool IsPrintable(UnicodeCategory category) => category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
