using System.Globalization;
using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Filters on numbers.</summary>
internal static class NumberFilters
{
    public static JinjaValue Abs(Interpreter interpreter, JinjaValue value, Arguments arguments) => value switch
    {
        FloatValue number => new FloatValue(Math.Abs(number.Value)),
        _ when Arithmetic.Integer(value) is { } integer => new IntegerValue(BigInteger.Abs(integer)),
        _ => throw interpreter.Budget.Fail($"'abs' needs a number, not {value.TypeName}."),
    };

    /// <summary>A whole number, or the default where the value is none.</summary>
    public static JinjaValue Int(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var bound = arguments.Bind(interpreter.Budget, "int", "default", "base");
        var radix = bound[1] is null ? 10 : Arithmetic.Count(bound[1]!) ?? 10;
        if (radix is < 2 or > 36)
        {
            throw interpreter.Budget.Fail($"the base of 'int' is {radix}; it must be from 2 to 36.");
        }

        BigInteger? whole = value switch
        {
            UndefinedValue undefined => throw interpreter.Budget.Fail(undefined.Why + "."),
            FloatValue number => double.IsFinite(number.Value) ? new BigInteger(number.Value) : null,
            TextValue text => PythonNumber.ParseInteger(text.Text.Trim().Replace("_", "", StringComparison.Ordinal), radix) ?? FromFloat(text.Text),
            _ => Arithmetic.Integer(value),
        };
        return whole is { } found ? new IntegerValue(found) : bound[0] ?? new IntegerValue(BigInteger.Zero);
    }

    private static BigInteger? FromFloat(string text) =>
        PythonNumber.ParseFloat(text) is { } number && double.IsFinite(number) ? new BigInteger(number) : null;

    /// <summary>A double, or the default where the value is none.</summary>
    public static JinjaValue Float(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var otherwise = arguments.Bind(interpreter.Budget, "float", "default")[0] ?? new FloatValue(0);
        return value switch
        {
            UndefinedValue undefined => throw interpreter.Budget.Fail(undefined.Why + "."),
            TextValue text => PythonNumber.ParseFloat(text.Text) is { } parsed ? new FloatValue(parsed) : otherwise,
            _ => Arithmetic.Number(value) is { } number ? new FloatValue(number) : otherwise,
        };
    }

    public static JinjaValue Round(Interpreter interpreter, JinjaValue value, Arguments arguments)
    {
        var budget = interpreter.Budget;
        var bound = arguments.Bind(budget, "round", "precision", "method");
        var precision = bound[0] is null ? 0 : Arithmetic.Count(bound[0]!) ?? throw budget.Fail("the precision of 'round' must be an integer.");
        var method = bound[1] is null ? "common" : (bound[1] as TextValue)?.Text;
        if (method is not ("common" or "ceil" or "floor"))
        {
            throw budget.Fail("the method of 'round' must be 'common', 'ceil' or 'floor'.");
        }

        if (Arithmetic.Integer(value) is { } integer && method == "common" && precision >= 0)
        {
            return new IntegerValue(integer);
        }

        var number = Arithmetic.Number(value) ?? throw budget.Fail($"'round' needs a number, not {value.TypeName}.");
        if (method == "common" && precision is >= 0 and <= 15)
        {
            return new FloatValue(RoundHalfEven(number, precision));
        }

        var scale = Math.Pow(10, precision);
        var scaled = number * scale;
        var rounded = method switch
        {
            "ceil" => Math.Ceiling(scaled),
            "floor" => Math.Floor(scaled),
            _ => Math.Round(scaled, MidpointRounding.ToEven),
        };
        return new FloatValue(double.IsFinite(scaled) && scale != 0 ? rounded / scale : number);
    }

    /// <summary>Rounds the exact decimal expansion, as Python does; scaling by a power of ten would round twice.</summary>
    private static double RoundHalfEven(double number, int precision)
    {
        const int Tail = 30;
        if (!double.IsFinite(number) || Math.Abs(number) >= 1e16)
        {
            return number;
        }

        var exact = number.ToString($"F{precision + Tail}", CultureInfo.InvariantCulture);
        var kept = exact[..^Tail].TrimEnd('.');
        var isTie = exact[^Tail] == '5' && exact.AsSpan()[^(Tail - 1)..].TrimEnd('0').IsEmpty;
        return double.Parse(
            isTie && (kept[^1] - '0') % 2 == 0 ? kept : number.ToString($"F{precision}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
