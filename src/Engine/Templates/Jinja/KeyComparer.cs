using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>Equality of mapping keys: text by its characters, numbers and booleans by their value (1, 1.0 and True are one key).</summary>
internal sealed class KeyComparer : IEqualityComparer<JinjaValue>
{
    public static readonly KeyComparer Instance = new();

    private KeyComparer()
    {
    }

    /// <summary>Whether the value may be a key. Lists and mappings may not; neither may tuples here, which no published template uses.</summary>
    public static bool IsKey(JinjaValue value) => value is TextValue or BooleanValue or IntegerValue or FloatValue or NoneValue;

    public bool Equals(JinjaValue? x, JinjaValue? y) => (x, y) switch
    {
        (TextValue left, TextValue right) => string.Equals(left.Text, right.Text, StringComparison.Ordinal),
        (TextValue, _) or (_, TextValue) => false,
        (UndefinedValue, UndefinedValue) => true,
        _ => ReferenceEquals(x, y) || (Number(x) is { } left && Number(y) is { } right && left.Equals(right)),
    };

    public int GetHashCode(JinjaValue obj) => obj is TextValue text
        ? string.GetHashCode(text.Text, StringComparison.Ordinal)
        : Number(obj)?.GetHashCode() ?? 0;

    /// <summary>A BigInteger for whole numbers, a double for others, so that equal numbers meet.</summary>
    private static object? Number(JinjaValue? value) => value switch
    {
        BooleanValue boolean => boolean.IsTrue ? BigInteger.One : BigInteger.Zero,
        IntegerValue integer => integer.Value,
        FloatValue number => double.IsInteger(number.Value) ? new BigInteger(number.Value) : number.Value,
        _ => null,
    };
}
