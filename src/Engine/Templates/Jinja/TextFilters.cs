using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Filters on text. A value that is not text is printed first.</summary>
internal static class TextFilters
{
    private const string WordStarts = "-({[<";

    public static JinjaValue Capitalize(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        TextOperations.Capitalize(interpreter.Budget, Printer.ToText(interpreter.Budget, value));

    public static JinjaValue Lower(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        TextOperations.Lower(interpreter.Budget, Printer.ToText(interpreter.Budget, value));

    public static JinjaValue Upper(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        TextOperations.Upper(interpreter.Budget, Printer.ToText(interpreter.Budget, value));

    public static JinjaValue String(Interpreter interpreter, JinjaValue value, Arguments arguments) => Printer.ToText(interpreter.Budget, value);

    public static JinjaValue Safe(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        Printer.ToText(interpreter.Budget, value).AsMarkup();

    public static JinjaValue Escape(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        value is TextValue { IsMarkup: true } ? value : ForceEscape(interpreter, value, arguments);

    public static JinjaValue ForceEscape(Interpreter interpreter, JinjaValue value, Arguments arguments) =>
        TextOperations.Escape(interpreter.Budget, Printer.ToText(interpreter.Budget, value).AsPlain());

    public static JinjaValue Title(Interpreter interpreter, JinjaValue value, Arguments arguments) => TextOperations.Title(
        interpreter.Budget,
        Printer.ToText(interpreter.Budget, value),
        character => PythonText.IsSpace(character) || WordStarts.Contains(character, StringComparison.Ordinal),
        character => CaseMapping.Upper(character.ToString()));

    public static JinjaValue Trim(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var characters = arguments.Bind(budget, "trim", "chars")[0];
        return TextOperations.Strip(
            budget,
            Printer.ToText(budget, value),
            characters is null or NoneValue ? null : Printer.ToText(budget, characters).Text,
            TextOperations.Side.Both);
    }

    public static JinjaValue Replace(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "replace", "old", "new", "count");
        if (bound[0] is null || bound[1] is null)
        {
            throw budget.Fail("'replace' needs what to replace and what with.");
        }

        var count = bound[2] is null or NoneValue ? -1 : Number(budget, bound[2]!, "replace");
        return TextOperations.Replace(
            budget, Printer.ToText(budget, value), Printer.ToText(budget, bound[0]!), Printer.ToText(budget, bound[1]!), count);
    }

    public static JinjaValue Center(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var width = arguments.Bind(budget, "center", "width")[0];
        return TextOperations.Pad(budget, Printer.ToText(budget, value), width is null ? 80 : Number(budget, width, "center"), TextOperations.Side.Both);
    }

    /// <summary>Every line but the first (or all, where asked) moved right; blank lines only where asked.</summary>
    public static JinjaValue Indent(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "indent", "width", "first", "blank");
        var indent = bound[0] as TextValue
            ?? new TextBuilder(budget).AppendRepeated(' ', bound[0] is null ? 4 : Number(budget, bound[0]!, "indent")).ToText();
        var text = new TextBuilder(budget).Append(Text(budget, value, "indent")).Append('\n').ToText();
        var lines = TextOperations.SplitLines(budget, text);
        var result = new TextBuilder(budget);
        for (var index = 0; index < lines.Count; index++)
        {
            if (index > 0)
            {
                result.Append('\n');
            }

            var isIndented = index == 0 ? bound[1]?.IsTrue ?? false : lines[index].Length > 0 || (bound[2]?.IsTrue ?? false);
            result.Append(isIndented ? indent : TextValue.Empty).Append(lines[index]);
        }

        return result.ToText();
    }

    public static JinjaValue Format(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        if (arguments.Named.Count == 0)
        {
            return PercentFormat.Apply(interpreter.Budget, Printer.ToText(interpreter.Budget, value), ListValue.Tuple(arguments.Positional));
        }

        var named = new DictValue();
        foreach (var (name, item) in arguments.Named)
        {
            named.Set(name, item);
        }

        return PercentFormat.Apply(interpreter.Budget, Printer.ToText(interpreter.Budget, value), named);
    }

    /// <summary>At most so many characters, cut at a word where one ends early enough.</summary>
    public static JinjaValue Truncate(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "truncate", "length", "killwords", "end", "leeway");
        var end = bound[2] is null ? new TextValue("...") : Printer.ToText(budget, bound[2]!);
        var length = bound[0] is null ? 255 : Number(budget, bound[0]!, "truncate");
        var leeway = bound[3] is null or NoneValue ? 5 : Number(budget, bound[3]!, "truncate");
        if (Iteration.Length(value) <= length + (long)leeway)
        {
            return value;
        }

        var text = Text(budget, value, "truncate");
        var kept = text.Slice(0, PythonText.Offset(text.Text, Math.Max(0, length - PythonText.Count(end.Text))));
        if (!(bound[1]?.IsTrue ?? false) && kept.Text.LastIndexOf(' ') is var space and >= 0)
        {
            kept = kept.Slice(0, space);
        }

        return new TextBuilder(budget).Append(kept).Append(end).ToText();
    }

    /// <summary>Percent-encoded UTF-8; a slash stays.</summary>
    public static JinjaValue UrlEncode(Interpreter interpreter, JinjaValue value, Arguments arguments) => value is TextValue or IntegerValue or FloatValue
        ? TextOperations.Map(
            interpreter.Budget, Printer.ToText(interpreter.Budget, value), text => Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal))
        : throw interpreter.Budget.Fail($"'urlencode' needs text here, not {value.TypeName}.");

    public static JinjaValue WordCount(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var text = Printer.ToText(interpreter.Budget, value).Text;
        interpreter.Budget.Read(text.Length);
        var count = 0;
        for (var index = 0; index < text.Length; index++)
        {
            count += IsWord(text[index]) && (index == 0 || !IsWord(text[index - 1])) ? 1 : 0;
        }

        return new IntegerValue(new BigInteger(count));
    }

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character == '_';

    private static TextValue Text(RenderBudget budget, JinjaValue value, string filter) =>
        value as TextValue ?? throw budget.Fail($"'{filter}' needs a string, not {value.TypeName}.");

    private static int Number(RenderBudget budget, JinjaValue value, string filter) =>
        Arithmetic.Count(value) ?? throw budget.Fail($"'{filter}' needs an integer, not {value.TypeName}.");
}
