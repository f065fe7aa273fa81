using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Python's equality, order and membership.</summary>
internal static class Comparisons
{
    public static bool Holds(RenderBudget budget, string symbol, JinjaValue left, JinjaValue right) => symbol switch
    {
        "==" => AreEqual(budget, left, right),
        "!=" => !AreEqual(budget, left, right),
        "<" => Order(budget, left, right, symbol) < 0,
        "<=" => Order(budget, left, right, symbol) <= 0,
        ">" => Order(budget, left, right, symbol) > 0,
        ">=" => Order(budget, left, right, symbol) >= 0,
        "in" => Contains(budget, right, left),
        _ => !Contains(budget, right, left),
    };

    public static bool AreEqual(RenderBudget budget, JinjaValue left, JinjaValue right)
    {
        budget.Step();
        switch (left, right)
        {
            case (TextValue first, TextValue second):
                budget.Read(Math.Min(first.Length, second.Length));
                return string.Equals(first.Text, second.Text, StringComparison.Ordinal);
            case (UndefinedValue, UndefinedValue):
                return true;
            case (ListValue first, ListValue second):
                return first.IsTuple == second.IsTuple && first.Items.Count == second.Items.Count && AreItemsEqual(budget, first, second);
            case (DictValue first, DictValue second):
                return first.Count == second.Count && AreEntriesEqual(budget, first, second);
            case (RangeValue first, RangeValue second):
                return first.Count == second.Count && (first.Count == 0 || (first.Start == second.Start && (first.Count == 1 || first.Step == second.Step)));
            default:
                return ReferenceEquals(left, right) || AreNumbersEqual(left, right);
        }
    }

    private static bool AreNumbersEqual(JinjaValue left, JinjaValue right) =>
        Arithmetic.Integer(left) is { } first && Arithmetic.Integer(right) is { } second
            ? first == second
            : Arithmetic.Number(left) is { } firstNumber && Arithmetic.Number(right) is { } secondNumber
                && firstNumber.Equals(secondNumber) && !double.IsNaN(firstNumber);

    private static bool AreItemsEqual(RenderBudget budget, ListValue left, ListValue right)
    {
        budget.Enter();
        var isEqual = true;
        for (var index = 0; index < left.Items.Count && isEqual; index++)
        {
            isEqual = AreEqual(budget, left.Items[index], right.Items[index]);
        }

        budget.Leave();
        return isEqual;
    }

    private static bool AreEntriesEqual(RenderBudget budget, DictValue left, DictValue right)
    {
        budget.Enter();
        var isEqual = true;
        foreach (var (key, value) in left.Entries)
        {
            budget.Step();
            if (right.Find(key) is not { } other || !AreEqual(budget, value, other))
            {
                isEqual = false;
                break;
            }
        }

        budget.Leave();
        return isEqual;
    }

    /// <summary>Negative, zero or positive; fails for values without an order.</summary>
    public static int Order(RenderBudget budget, JinjaValue left, JinjaValue right, string symbol = "<")
    {
        budget.Step(2);
        switch (left, right)
        {
            case (TextValue first, TextValue second):
                budget.Read(Math.Min(first.Length, second.Length));
                return OrderTexts(first.Text, second.Text);
            case (ListValue first, ListValue second) when first.IsTuple == second.IsTuple:
                return OrderLists(budget, first, second, symbol);
            case (UndefinedValue undefined, _):
                throw budget.Fail(undefined.Why + ".");
            case (_, UndefinedValue undefined):
                throw budget.Fail(undefined.Why + ".");
        }

        if (Arithmetic.Integer(left) is { } firstInteger && Arithmetic.Integer(right) is { } secondInteger)
        {
            return BigInteger.Compare(firstInteger, secondInteger);
        }

        if (Arithmetic.Number(left) is { } firstNumber && Arithmetic.Number(right) is { } secondNumber)
        {
            return firstNumber < secondNumber ? -1 : firstNumber > secondNumber ? 1 : 0;
        }

        throw budget.Fail($"'{symbol}' is not supported between {left.TypeName} and {right.TypeName}.");
    }

    /// <summary>By code points: a pair stands above every single unit.</summary>
    private static int OrderTexts(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length - right.Length;
        }

        var (first, second) = (left[common], right[common]);
        return char.IsSurrogate(first) == char.IsSurrogate(second) ? first - second : char.IsSurrogate(first) ? 1 : -1;
    }

    private static int OrderLists(RenderBudget budget, ListValue left, ListValue right, string symbol)
    {
        budget.Enter();
        var order = left.Items.Count - right.Items.Count;
        for (var index = 0; index < Math.Min(left.Items.Count, right.Items.Count); index++)
        {
            if (!AreEqual(budget, left.Items[index], right.Items[index]))
            {
                order = Order(budget, left.Items[index], right.Items[index], symbol);
                break;
            }
        }

        budget.Leave();
        return order;
    }

    public static bool Contains(RenderBudget budget, JinjaValue container, JinjaValue item)
    {
        switch (container, item)
        {
            case (TextValue text, TextValue sought):
                return TextSearch.IndexOf(budget, text.Text, sought.Text, 0) >= 0;
            case (TextValue, _):
                throw budget.Fail($"'in' on a string needs a string on its left, not {item.TypeName}.");
            case (DictValue, DictValue or ListValue { IsTuple: false }):
                throw budget.Fail($"a {item.TypeName} cannot be a key of a mapping.");
            case (DictValue dict, _):
                return dict.Find(item) is not null;
            case (RangeValue range, _):
                return WholeNumber(item) is { } number && range.Count > 0 && IsInRange(range, number);
        }

        foreach (var candidate in Iteration.Items(budget, container))
        {
            if (AreEqual(budget, candidate, item))
            {
                return true;
            }
        }

        return false;
    }

    private static BigInteger? WholeNumber(JinjaValue value) =>
        value is FloatValue { Value: var number } && double.IsInteger(number) ? new BigInteger(number) : Arithmetic.Integer(value);

    private static bool IsInRange(RangeValue range, BigInteger number)
    {
        var (index, remainder) = BigInteger.DivRem(number - range.Start, range.Step);
        return remainder.IsZero && index.Sign >= 0 && index < range.Count;
    }
}
