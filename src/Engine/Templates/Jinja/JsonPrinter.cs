using System.Globalization;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>The filter tojson as Hugging Face defines it: Python's json.dumps, which writes non-ASCII characters as they are.
/// Quotes and punctuation are the template's; what stands inside a string keeps its origin, escapes included.</summary>
internal sealed class JsonPrinter
{
    private readonly TextBuilder builder;
    private readonly bool ensureAscii;
    private readonly bool sortKeys;
    private readonly TextValue? indent;
    private readonly TextValue itemSeparator;
    private readonly TextValue keySeparator;
    private int level;

    private JsonPrinter(TextBuilder builder, bool ensureAscii, bool sortKeys, TextValue? indent, TextValue itemSeparator, TextValue keySeparator)
    {
        this.builder = builder;
        this.ensureAscii = ensureAscii;
        this.sortKeys = sortKeys;
        this.indent = indent;
        this.itemSeparator = itemSeparator;
        this.keySeparator = keySeparator;
    }

    private RenderBudget Budget => builder.Budget;

    public static JinjaValue Filter(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        var indent = Indent(budget, bound[1]);
        var itemSeparator = new TextValue(indent is null ? ", " : ",");
        var keySeparator = new TextValue(": ");
        if (bound[2] is ListValue { Items: [TextValue items, TextValue keys] })
        {
            (itemSeparator, keySeparator) = (items, keys);
        }
        else if (bound[2] is not (null or NoneValue))
        {
            throw budget.Fail("the separators of 'tojson' must be two strings.");
        }

        var printer = new JsonPrinter(
            new TextBuilder(budget), bound[0]?.IsTrue ?? false, bound[3]?.IsTrue ?? false, indent, itemSeparator, keySeparator);
        printer.Append(value);
        return printer.builder.ToText();
    }

    private static TextValue? Indent(RenderBudget budget, JinjaValue? indent) => indent switch
    {
        null or NoneValue => null,
        TextValue text => text,
        _ when Arithmetic.Count(indent) is { } count => new TextBuilder(budget).AppendRepeated(' ', count).ToText(),
        _ => throw budget.Fail($"the indent of 'tojson' must be a number or a string, not {indent.TypeName}."),
    };

    private void Append(JinjaValue value)
    {
        Budget.Step();
        switch (value)
        {
            case TextValue text:
                AppendText(text);
                break;
            case ListValue list:
                AppendAll(list.Items, "[", "]", Append);
                break;
            case DictValue dict:
                AppendAll(Entries(dict), "{", "}", AppendEntry);
                break;
            default:
                builder.Append(Scalar(value) ?? throw Budget.Fail($"Object of type {value.TypeName} is not JSON serializable."));
                break;
        }
    }

    private string? Scalar(JinjaValue value)
    {
        switch (value)
        {
            case NoneValue:
                return "null";
            case BooleanValue boolean:
                return boolean.IsTrue ? "true" : "false";
            case IntegerValue integer:
                Budget.Step(integer.Value.GetBitLength() >> 2);
                return integer.Value.ToString(CultureInfo.InvariantCulture);
            case FloatValue number:
                return double.IsNaN(number.Value) ? "NaN"
                    : double.IsInfinity(number.Value) ? number.Value > 0 ? "Infinity" : "-Infinity"
                    : PythonNumber.Format(number.Value);
            default:
                return null;
        }
    }

    private List<KeyValuePair<JinjaValue, JinjaValue>> Entries(DictValue dict)
    {
        var entries = dict.Entries.ToList();
        Budget.Step(entries.Count);
        return sortKeys ? Sorting.Sort(Budget, entries, entry => entry.Key, isReversed: false) : entries;
    }

    private void AppendEntry(KeyValuePair<JinjaValue, JinjaValue> entry)
    {
        AppendText(entry.Key as TextValue ?? new TextValue(Scalar(entry.Key)!));
        builder.Append(keySeparator);
        Append(entry.Value);
    }

    private void AppendAll<T>(IReadOnlyList<T> items, string open, string close, Action<T> append)
    {
        Budget.Enter();
        builder.Append(open);
        level++;
        for (var index = 0; index < items.Count; index++)
        {
            if (index > 0)
            {
                builder.Append(itemSeparator);
            }

            NewLine();
            append(items[index]);
        }

        level--;
        if (items.Count > 0)
        {
            NewLine();
        }

        builder.Append(close);
        Budget.Leave();
    }

    private void NewLine()
    {
        if (indent is not null)
        {
            builder.Append('\n');
            for (var count = 0; count < level; count++)
            {
                builder.Append(indent);
            }
        }
    }

    private void AppendText(TextValue value)
    {
        var text = value.Text;
        Budget.Read(text.Length);
        builder.Append('"');
        var plain = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (Escape(text[index]) is { } escape)
            {
                Budget.Step();
                builder.Append(value, plain, index - plain).Append(escape, value.PartAt(index));
                plain = index + 1;
            }
        }

        builder.Append(value, plain, text.Length - plain).Append('"');
    }

    private string? Escape(char character) => character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        < ' ' => $"\\u{(int)character:x4}",
        > '~' when ensureAscii => $"\\u{(int)character:x4}",
        _ => null,
    };
}
