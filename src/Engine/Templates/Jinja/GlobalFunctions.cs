using System.Collections.Frozen;
using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>The functions every template can call.</summary>
internal static class GlobalFunctions
{
    public static readonly FrozenDictionary<string, Func<Interpreter, Arguments, JinjaValue>> Catalog =
        new Dictionary<string, Func<Interpreter, Arguments, JinjaValue>>
        {
            ["range"] = Range,
            ["namespace"] = Namespace,
            ["dict"] = (interpreter, arguments) => MakeDict(interpreter, arguments, "dict"),
            ["raise_exception"] = Raise,
            ["strftime_now"] = FormatNow,
            ["cycler"] = Cycler,
            ["joiner"] = Joiner,
        }.ToFrozenDictionary();

    private static RangeValue Range(Interpreter interpreter, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bounds = arguments.Positional.Select(value =>
            Arithmetic.Integer(value) ?? throw budget.Fail($"'range' needs integers, not {value.TypeName}.")).ToArray();
        var (start, stop, step) = bounds.Length switch
        {
            1 => (BigInteger.Zero, bounds[0], BigInteger.One),
            2 => (bounds[0], bounds[1], BigInteger.One),
            3 when !bounds[2].IsZero => (bounds[0], bounds[1], bounds[2]),
            3 => throw budget.Fail("the step of 'range' cannot be 0."),
            _ => throw budget.Fail($"'range' takes 1 to 3 arguments; {bounds.Length} were given."),
        };
        var span = step.Sign > 0 ? stop - start : start - stop;
        var count = span.Sign <= 0 ? BigInteger.Zero : ((span - 1) / BigInteger.Abs(step)) + 1;
        return count <= RangeValue.MaximumCount
            ? new RangeValue(start, stop, step, (int)count)
            : throw budget.Fail($"'range' has more than {RangeValue.MaximumCount:N0} numbers.");
    }

    private static NamespaceValue Namespace(Interpreter interpreter, Arguments arguments)
    {
        var made = new NamespaceValue();
        foreach (var (key, value) in MakeDict(interpreter, arguments, "namespace").Entries)
        {
            made.Attributes[key is TextValue name ? name.Text : throw interpreter.Budget.Fail("attribute names must be strings.")] = value;
        }

        return made;
    }

    private static DictValue MakeDict(Interpreter interpreter, Arguments arguments, string callee)
    {
        var budget = interpreter.Budget;
        var dict = new DictValue();
        budget.Step(DictValue.Steps);
        if (arguments.Positional.Count > 1)
        {
            throw budget.Fail($"'{callee}' takes at most 1 argument by position; {arguments.Positional.Count} were given.");
        }

        if (arguments.Positional is [DictValue source])
        {
            CopyEntries(budget, source.Entries, dict);
        }
        else if (arguments.Positional is [var pairs])
        {
            foreach (var pair in Iteration.Items(budget, pairs))
            {
                budget.Step();
                var entry = Iteration.Items(budget, pair);
                dict.Set(
                    entry.Count == 2 && KeyComparer.IsKey(entry[0]) ? entry[0] : throw budget.Fail($"'{callee}' needs pairs of a key and a value."), entry[1]);
            }
        }

        foreach (var (name, value) in arguments.Named)
        {
            dict.Set(name, value);
        }

        return dict;
    }

    private static void CopyEntries(RenderBudget budget, IEnumerable<KeyValuePair<JinjaValue, JinjaValue>> entries, DictValue target)
    {
        foreach (var (key, value) in entries)
        {
            budget.Step();
            target.Set(key, value);
        }
    }

    private static JinjaValue Raise(Interpreter interpreter, Arguments arguments)
    {
        var message = arguments.Bind(interpreter.Budget, "raise_exception", "message")[0];
        var text = message is null ? "" : Printer.ToText(interpreter.Budget, message).Text;
        throw interpreter.Budget.Fail($"the template refuses this conversation: {(text.Length > 2000 ? text[..2000] + "…" : text)}");
    }

    private static TextValue FormatNow(Interpreter interpreter, Arguments arguments) =>
        arguments.Bind(interpreter.Budget, "strftime_now", "format")[0] is TextValue format
            ? TimeFormat.Format(interpreter.Budget, format, interpreter.Time.GetLocalNow())
            : throw interpreter.Budget.Fail("'strftime_now' needs a format string.");

    private static NamespaceValue Cycler(Interpreter interpreter, Arguments arguments)
    {
        var items = arguments.Positional.Count > 0 ? arguments.Positional : throw interpreter.Budget.Fail("'cycler' needs at least one value.");
        var cycler = new NamespaceValue();
        var position = 0;
        cycler.Attributes["current"] = items[0];
        cycler.Attributes["next"] = new FunctionValue("next", (_, _) =>
        {
            var current = items[position];
            position = (position + 1) % items.Count;
            cycler.Attributes["current"] = items[position];
            return current;
        });
        cycler.Attributes["reset"] = new FunctionValue("reset", (_, _) =>
        {
            position = 0;
            cycler.Attributes["current"] = items[0];
            return NoneValue.Instance;
        });
        return cycler;
    }

    private static FunctionValue Joiner(Interpreter interpreter, Arguments arguments)
    {
        var separator = arguments.Bind(interpreter.Budget, "joiner", "sep")[0] ?? new TextValue(", ");
        var isFirst = true;
        return new FunctionValue("joiner", (_, _) =>
        {
            var value = isFirst ? TextValue.Empty : separator;
            isFirst = false;
            return value;
        });
    }
}
