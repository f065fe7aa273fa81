using System.Collections.Frozen;
using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>The methods of a string.</summary>
internal static class TextMethods
{
    internal delegate JinjaValue Method(Interpreter interpreter, TextValue text, Arguments arguments);

    private static readonly FrozenDictionary<string, Method> Catalog = new Dictionary<string, Method>
    {
        ["capitalize"] = (interpreter, text, _) => TextOperations.Capitalize(interpreter.Budget, text),
        ["casefold"] = (interpreter, text, _) => TextOperations.Lower(interpreter.Budget, text),
        ["center"] = (interpreter, text, arguments) => Pad(interpreter, text, arguments, TextOperations.Side.Both),
        ["count"] = Count,
        ["endswith"] = (interpreter, text, arguments) => Affix(interpreter, text, arguments, "endswith"),
        ["find"] = (interpreter, text, arguments) => Find(interpreter, text, arguments, "find"),
        ["format"] = (interpreter, text, arguments) => BraceFormat.Apply(interpreter.Budget, text, arguments),
        ["index"] = (interpreter, text, arguments) => Find(interpreter, text, arguments, "index"),
        ["isalnum"] = (_, text, _) => All(text, char.IsLetterOrDigit),
        ["isalpha"] = (_, text, _) => All(text, char.IsLetter),
        ["isascii"] = (_, text, _) => BooleanValue.Of(text.Text.All(char.IsAscii)),
        ["isdecimal"] = (_, text, _) => All(text, char.IsDigit),
        ["isdigit"] = (_, text, _) => All(text, char.IsDigit),
        ["isnumeric"] = (_, text, _) => All(text, char.IsNumber),
        ["islower"] = (_, text, _) => BooleanValue.Of(text.Text.Any(char.IsLower) && !text.Text.Any(char.IsUpper)),
        ["isupper"] = (_, text, _) => BooleanValue.Of(text.Text.Any(char.IsUpper) && !text.Text.Any(char.IsLower)),
        ["isspace"] = (_, text, _) => All(text, PythonText.IsSpace),
        ["join"] = Join,
        ["ljust"] = (interpreter, text, arguments) => Pad(interpreter, text, arguments, TextOperations.Side.Right),
        ["lower"] = (interpreter, text, _) => TextOperations.Lower(interpreter.Budget, text),
        ["lstrip"] = (interpreter, text, arguments) => Strip(interpreter, text, arguments, TextOperations.Side.Left),
        ["partition"] = (interpreter, text, arguments) => Partition(interpreter, text, arguments, fromRight: false),
        ["removeprefix"] = RemovePrefix,
        ["removesuffix"] = RemoveSuffix,
        ["replace"] = Replace,
        ["rfind"] = (interpreter, text, arguments) => Find(interpreter, text, arguments, "rfind"),
        ["rindex"] = (interpreter, text, arguments) => Find(interpreter, text, arguments, "rindex"),
        ["rjust"] = (interpreter, text, arguments) => Pad(interpreter, text, arguments, TextOperations.Side.Left),
        ["rpartition"] = (interpreter, text, arguments) => Partition(interpreter, text, arguments, fromRight: true),
        ["rsplit"] = (interpreter, text, arguments) => Split(interpreter, text, arguments, fromRight: true),
        ["rstrip"] = (interpreter, text, arguments) => Strip(interpreter, text, arguments, TextOperations.Side.Right),
        ["split"] = (interpreter, text, arguments) => Split(interpreter, text, arguments, fromRight: false),
        ["splitlines"] = SplitLines,
        ["startswith"] = (interpreter, text, arguments) => Affix(interpreter, text, arguments, "startswith"),
        ["strip"] = (interpreter, text, arguments) => Strip(interpreter, text, arguments, TextOperations.Side.Both),
        ["swapcase"] = (interpreter, text, _) => TextOperations.Map(
            interpreter.Budget, text, run => string.Concat(run.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)))),
        ["title"] = (interpreter, text, _) => TextOperations.Title(interpreter.Budget, text, c => !char.IsUpper(c) && !char.IsLower(c), CaseMapping.Title),
        ["upper"] = (interpreter, text, _) => TextOperations.Upper(interpreter.Budget, text),
        ["zfill"] = FillZeros,
    }.ToFrozenDictionary();

    public static Method? Find(string name) => Catalog.GetValueOrDefault(name);

    private static TextValue Text(RenderBudget budget, JinjaValue? value, string method) => value as TextValue
        ?? throw budget.Fail($"'{method}' needs a string, not {value?.TypeName ?? "nothing"}.");

    private static int? Number(RenderBudget budget, JinjaValue? value, string method) => value is null
        ? null
        : Arithmetic.Count(value) ?? throw budget.Fail($"'{method}' needs an integer, not {value.TypeName}.");

    private static BooleanValue All(TextValue text, Func<char, bool> test) => BooleanValue.Of(text.Length > 0 && text.Text.All(test));

    private static TextValue Strip(Interpreter interpreter, TextValue text, Arguments arguments, TextOperations.Side side)
    {
        var characters = arguments.Bind(interpreter.Budget, "strip", "chars")[0];
        return TextOperations.Strip(
            interpreter.Budget, text, characters is null or NoneValue ? null : Text(interpreter.Budget, characters, "strip").Text, side);
    }

    private static TextValue Pad(Interpreter interpreter, TextValue text, Arguments arguments, TextOperations.Side side)
    {
        var bound = arguments.Bind(interpreter.Budget, "center", "width", "fillchar");
        var fill = bound[1] is TextValue { Length: 1 } given ? given.Text[0] : ' ';
        return TextOperations.Pad(interpreter.Budget, text, Number(interpreter.Budget, bound[0], "center") ?? 0, side, fill);
    }

    private static TextValue FillZeros(Interpreter interpreter, TextValue text, Arguments arguments)
    {
        var width = Number(interpreter.Budget, arguments.Bind(interpreter.Budget, "zfill", "width")[0], "zfill") ?? 0;
        var sign = text.Length > 0 && text.Text[0] is '+' or '-' ? 1 : 0;
        return new TextBuilder(interpreter.Budget)
            .Append(text, 0, sign)
            .AppendRepeated('0', (long)width - PythonText.Count(text.Text))
            .Append(text, sign, text.Length - sign)
            .ToText();
    }

    private static BooleanValue Affix(Interpreter interpreter, TextValue text, Arguments arguments, string method)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, method, "prefix", "start", "end");
        var range = bound[1] is null && bound[2] is null ? text : (TextValue)Slicing.Slice(budget, text, bound[1], bound[2], null);
        IReadOnlyList<JinjaValue> candidates = bound[0] is ListValue { IsTuple: true } tuple ? tuple.Items : [Text(budget, bound[0], method)];
        foreach (var candidate in candidates)
        {
            var affix = Text(budget, candidate, method).Text;
            budget.Read(affix.Length);
            if (method == "startswith" ? range.Text.StartsWith(affix, StringComparison.Ordinal) : range.Text.EndsWith(affix, StringComparison.Ordinal))
            {
                return BooleanValue.True;
            }
        }

        return BooleanValue.False;
    }

    /// <summary>The position of the first (or for r…, last) occurrence in code points; without one, -1, or for …index a failure.</summary>
    private static IntegerValue Find(Interpreter interpreter, TextValue text, Arguments arguments, string method)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, method, "sub", "start", "end");
        var sought = Text(budget, bound[0], method).Text;
        var range = (TextValue)Slicing.Slice(budget, text, bound[1], bound[2], null);
        var found = method[0] == 'r' ? TextSearch.LastIndexOf(budget, range.Text, sought) : TextSearch.IndexOf(budget, range.Text, sought, 0);
        if (found < 0)
        {
            return method.EndsWith("find", StringComparison.Ordinal) ? new IntegerValue(BigInteger.MinusOne) : throw budget.Fail("substring not found.");
        }

        var from = Number(budget, bound[1] is NoneValue ? null : bound[1], method) ?? 0;
        var start = Math.Max(0, from < 0 ? from + PythonText.Count(text.Text) : from);
        return new IntegerValue(start + PythonText.Count(range.Text[..found]));
    }

    private static IntegerValue Count(Interpreter interpreter, TextValue text, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "count", "sub", "start", "end");
        var sought = Text(budget, bound[0], "count").Text;
        var range = (TextValue)Slicing.Slice(budget, text, bound[1], bound[2], null);
        return new IntegerValue(sought.Length == 0
            ? PythonText.Count(range.Text) + 1
            : TextOperations.Split(budget, range, sought, -1).Items.Count - 1);
    }

    private static TextValue Join(Interpreter interpreter, TextValue text, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var items = Iteration.Items(budget, arguments.Bind(budget, "join", "iterable")[0] ?? throw budget.Fail("'join' needs what to join."));
        foreach (var item in items)
        {
            Text(budget, item, "join");
        }

        return TextOperations.Join(budget, text, items);
    }

    private static TextValue Replace(Interpreter interpreter, TextValue text, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "replace", "old", "new", "count");
        return TextOperations.Replace(
            budget, text, Text(budget, bound[0], "replace"), Text(budget, bound[1], "replace"), Number(budget, bound[2], "replace") ?? -1);
    }

    private static ListValue Split(Interpreter interpreter, TextValue text, Arguments arguments, bool fromRight)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "split", "sep", "maxsplit");
        var limit = Number(budget, bound[1], "split") ?? -1;
        if (bound[0] is not (null or NoneValue))
        {
            return TextOperations.Split(budget, text, Text(budget, bound[0], "split").Text, limit, fromRight);
        }

        var words = TextOperations.SplitWords(budget, text, fromRight ? -1 : limit);
        return fromRight && limit >= 0 && words.Items.Count > limit + 1L
            ? throw budget.Fail("'rsplit' without a separator takes no limit here. Name the separator.")
            : words;
    }

    private static ListValue SplitLines(Interpreter interpreter, TextValue text, Arguments arguments) => new ListValue(
        TextOperations.SplitLines(interpreter.Budget, text, arguments.Bind(interpreter.Budget, "splitlines", "keepends")[0]?.IsTrue ?? false));

    private static ListValue Partition(Interpreter interpreter, TextValue text, Arguments arguments, bool fromRight)
    {
        var budget = interpreter.Budget;
        var separator = Text(budget, arguments.Bind(budget, "partition", "sep")[0], "partition");
        if (separator.Length == 0)
        {
            throw budget.Fail("cannot partition at an empty separator.");
        }

        var found = fromRight ? TextSearch.LastIndexOf(budget, text.Text, separator.Text) : TextSearch.IndexOf(budget, text.Text, separator.Text, 0);
        if (found < 0)
        {
            return fromRight ? ListValue.Tuple(TextValue.Empty, TextValue.Empty, text) : ListValue.Tuple(text, TextValue.Empty, TextValue.Empty);
        }

        budget.Characters(text.Length);
        var end = found + separator.Length;
        return ListValue.Tuple(text.Slice(0, found), text.Slice(found, separator.Length), text.Slice(end, text.Length - end));
    }

    private static TextValue RemovePrefix(Interpreter interpreter, TextValue text, Arguments arguments)
    {
        var prefix = Text(interpreter.Budget, arguments.Bind(interpreter.Budget, "removeprefix", "prefix")[0], "removeprefix").Text;
        interpreter.Budget.Characters(text.Length);
        return text.Text.StartsWith(prefix, StringComparison.Ordinal) ? text.Slice(prefix.Length, text.Length - prefix.Length) : text;
    }

    private static TextValue RemoveSuffix(Interpreter interpreter, TextValue text, Arguments arguments)
    {
        var suffix = Text(interpreter.Budget, arguments.Bind(interpreter.Budget, "removesuffix", "suffix")[0], "removesuffix").Text;
        interpreter.Budget.Characters(text.Length);
        return text.Text.EndsWith(suffix, StringComparison.Ordinal) ? text.Slice(0, text.Length - suffix.Length) : text;
    }
}
