using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Python's arithmetic: whole numbers stay whole, division and remainder round down, text and lists add and repeat.</summary>
internal static class Arithmetic
{
    public static JinjaValue Sign(RenderBudget budget, char symbol, JinjaValue value) => value switch
    {
        FloatValue number => symbol == '-' ? new FloatValue(-number.Value) : number,
        _ when Integer(value) is { } integer => new IntegerValue(symbol == '-' ? -integer : integer),
        UndefinedValue undefined => throw budget.Fail(undefined.Why + "."),
        _ => throw budget.Fail($"bad operand for '{symbol}': {value.TypeName}."),
    };

    public static JinjaValue Apply(RenderBudget budget, string symbol, JinjaValue left, JinjaValue right)
    {
        if (left is UndefinedValue || right is UndefinedValue)
        {
            throw budget.Fail(((left as UndefinedValue) ?? (UndefinedValue)right).Why + ".");
        }

        if (Integer(left) is { } leftInteger && Integer(right) is { } rightInteger)
        {
            return ApplyIntegers(budget, symbol, leftInteger, rightInteger);
        }

        if (Number(left) is { } leftNumber && Number(right) is { } rightNumber)
        {
            return ApplyFloats(budget, symbol, leftNumber, rightNumber);
        }

        return (symbol, left, right) switch
        {
            ("+", TextValue first, TextValue second) => AddTexts(budget, first, second),
            ("+", ListValue first, ListValue second) when first.IsTuple == second.IsTuple => AddLists(budget, first, second),
            ("*", TextValue text, _) when Integer(right) is { } count => Repeat(budget, text, count),
            ("*", _, TextValue text) when Integer(left) is { } count => Repeat(budget, text, count),
            ("*", ListValue list, _) when Integer(right) is { } count => Repeat(budget, list, count),
            ("*", _, ListValue list) when Integer(left) is { } count => Repeat(budget, list, count),
            ("%", TextValue format, _) => PercentFormat.Apply(budget, format, right),
            _ => throw budget.Fail($"unsupported operands for '{symbol}': {left.TypeName} and {right.TypeName}."),
        };
    }

    public static BigInteger? Integer(JinjaValue value) => value switch
    {
        IntegerValue integer => integer.Value,
        BooleanValue boolean => boolean.IsTrue ? BigInteger.One : BigInteger.Zero,
        _ => null,
    };

    public static double? Number(JinjaValue value) => value is FloatValue number ? number.Value : Integer(value) is { } integer ? (double)integer : null;

    /// <summary>A whole number small enough to count with; anything larger is clamped.</summary>
    public static int? Count(JinjaValue value) =>
        Integer(value) is { } integer ? (int)BigInteger.Max(int.MinValue + 1, BigInteger.Min(int.MaxValue, integer)) : null;

    /// <summary>The two texts end to end; where one is marked safe the other is escaped first.</summary>
    private static TextValue AddTexts(RenderBudget budget, TextValue left, TextValue right)
    {
        if (left.IsMarkup != right.IsMarkup)
        {
            return AddTexts(budget, left.IsMarkup ? left : TextOperations.Escape(budget, left), right.IsMarkup ? right : TextOperations.Escape(budget, right));
        }

        var sum = new TextBuilder(budget).Append(left).Append(right).ToText();
        return left.IsMarkup ? sum.AsMarkup() : sum;
    }

    private static ListValue AddLists(RenderBudget budget, ListValue left, ListValue right)
    {
        budget.Step(1 + (((long)left.Items.Count + right.Items.Count) >> 2));
        return new ListValue([.. left.Items, .. right.Items], left.IsTuple);
    }

    private static TextValue Repeat(RenderBudget budget, TextValue text, BigInteger count)
    {
        if (count.Sign <= 0 || text.Length == 0)
        {
            return TextValue.Empty;
        }

        budget.Step((long)BigInteger.Min(count, long.MaxValue / 2));
        var repeated = new TextBuilder(budget);
        if (text.Length == 1)
        {
            return repeated.AppendRepeated(text.Text[0], (long)count, text.PartAt(0)).ToText();
        }

        for (var index = BigInteger.Zero; index < count; index++)
        {
            repeated.Append(text);
        }

        return repeated.ToText();
    }

    private static ListValue Repeat(RenderBudget budget, ListValue list, BigInteger count)
    {
        var times = count.Sign <= 0 ? BigInteger.Zero : count;
        budget.Step((long)BigInteger.Min(times * Math.Max(1, list.Items.Count), long.MaxValue / 2));
        var items = new List<JinjaValue>();
        for (var index = 0; index < times && list.Items.Count > 0; index++)
        {
            items.AddRange(list.Items);
        }

        return new ListValue(items, list.IsTuple);
    }

    private static JinjaValue ApplyIntegers(RenderBudget budget, string symbol, BigInteger left, BigInteger right)
    {
        if (right.IsZero && symbol is ("/" or "//" or "%"))
        {
            throw budget.Fail("division by zero.");
        }

        budget.Step(Words(left) * Words(right) / 16);
        return symbol switch
        {
            "+" => Checked(budget, left + right),
            "-" => Checked(budget, left - right),
            "*" => Checked(budget, left * right),
            "/" => new FloatValue((double)left / (double)right),
            "//" => new IntegerValue(FloorDivide(left, right)),
            "%" => new IntegerValue(left - (FloorDivide(left, right) * right)),
            _ => right.Sign < 0 ? ApplyFloats(budget, symbol, (double)left, (double)right) : Power(budget, left, right),
        };
    }

    private static long Words(BigInteger value) => 1 + (value.GetBitLength() >> 5);

    private static BigInteger FloorDivide(BigInteger left, BigInteger right)
    {
        var quotient = BigInteger.DivRem(left, right, out var remainder);
        return remainder.IsZero || remainder.Sign == right.Sign ? quotient : quotient - 1;
    }

    private static IntegerValue Power(RenderBudget budget, BigInteger value, BigInteger exponent)
    {
        var bits = BigInteger.Abs(value) <= 1 ? 1 : value.GetBitLength() * exponent;
        budget.Step((long)BigInteger.Min(bits, PythonNumber.MaximumBits));
        return bits <= PythonNumber.MaximumBits * 2
            ? Checked(budget, BigInteger.Abs(value) <= 1 ? SmallPower(value, exponent) : BigInteger.Pow(value, (int)exponent))
            : throw TooLarge(budget);
    }

    private static BigInteger SmallPower(BigInteger value, BigInteger exponent) =>
        exponent.IsZero ? BigInteger.One : value.Sign < 0 && exponent.IsEven ? -value : value;

    private static IntegerValue Checked(RenderBudget budget, BigInteger value) =>
        value.GetBitLength() <= PythonNumber.MaximumBits ? new IntegerValue(value) : throw TooLarge(budget);

    private static ChatTemplateException TooLarge(RenderBudget budget) =>
        budget.Fail($"an integer grows beyond {PythonNumber.MaximumDigits} digits.");

    private static FloatValue ApplyFloats(RenderBudget budget, string symbol, double left, double right)
    {
        if (right == 0 && symbol is ("/" or "//" or "%"))
        {
            throw budget.Fail("division by zero.");
        }

        var value = symbol switch
        {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            "/" => left / right,
            "//" => Math.Floor((left - FloorRemainder(left, right)) / right),
            "%" => FloorRemainder(left, right),
            _ => Math.Pow(left, right),
        };
        return symbol != "**" || double.IsFinite(value) || !double.IsFinite(left) || !double.IsFinite(right)
            ? new FloatValue(value)
            : throw budget.Fail($"the result of {PythonNumber.Format(left)} ** {PythonNumber.Format(right)} is not a number.");
    }

    /// <summary>The exact remainder, with the sign of the divisor.</summary>
    private static double FloorRemainder(double left, double right)
    {
        var remainder = left % right;
        return remainder != 0 && double.IsNegative(remainder) != double.IsNegative(right) ? remainder + right : remainder;
    }
}
