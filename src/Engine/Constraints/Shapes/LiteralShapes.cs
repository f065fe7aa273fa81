using System.Text.Json;
using Slerp.Engine.Constraints.Numbers;
using Slerp.Engine.Constraints.Strings;

namespace Slerp.Engine.Constraints.Shapes;

/// <summary>Shapes that only one value has, in all its spellings: numbers by value, objects in any key order.</summary>
internal sealed class LiteralShapes(CompileBudget budget, Func<ValueShape> newShape)
{
    public ArrayShape Array(JsonElement value) => Array(value, 1);

    public ObjectShape Object(JsonElement value) => Object(value, 1);

    public static ExactDecimal Number(JsonElement value)
    {
        if (!ExactDecimal.TryParse(value.GetRawText(), out var number) || number.Scale > SchemaLimits.BoundDigits || number.Magnitude > SchemaLimits.BoundDigits)
        {
            throw CompileBudget.TooMuch("", "enum", $"a listed number has more than {SchemaLimits.BoundDigits} digits before or after the point; those of a 64-bit float have fewer.");
        }

        return number;
    }

    private ArrayShape Array(JsonElement value, int depth)
    {
        IReadOnlyList<ValueShape> items = [.. value.EnumerateArray().Select(item => Exactly(item, depth + 1))];
        return new ArrayShape(items, newShape(), items.Count, items.Count);
    }

    private ObjectShape Object(JsonElement value, int depth)
    {
        var members = new Dictionary<string, ValueShape>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (!members.TryAdd(property.Name, Exactly(property.Value, depth + 1)))
            {
                throw new ConstraintException(ConstraintFailure.InvalidSchema, "", "enum", $"a listed object has the key '{property.Name}' twice.");
            }
        }

        var names = LiteralSet.Create(members.Keys);
        return new ObjectShape(
            names,
            [.. Enumerable.Range(0, names.Count).Select(index => members[LiteralSet.ToText(names[index])])],
            [.. Enumerable.Repeat(true, names.Count)],
            newShape(),
            names.Count,
            names.Count);
    }

    private ValueShape Exactly(JsonElement value, int depth)
    {
        budget.Spend(1, "");
        if (depth > budget.Limits.ValueDepth)
        {
            throw CompileBudget.TooMuch("", "enum", $"a listed value is nested deeper than {budget.Limits.ValueDepth}.");
        }

        var shape = newShape();
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                shape.AllowsNull = true;
                break;
            case JsonValueKind.True:
                shape.AllowsTrue = true;
                break;
            case JsonValueKind.False:
                shape.AllowsFalse = true;
                break;
            case JsonValueKind.Number:
                shape.Number = new NumberShape([NumberRange.Point(Number(value))], budget.Limits);
                break;
            case JsonValueKind.String:
                shape.Strings = [new LiteralMatcher(LiteralSet.Create([value.GetString()!]))];
                break;
            case JsonValueKind.Array:
                shape.Arrays = [Array(value, depth)];
                break;
            default:
                shape.Objects = [Object(value, depth)];
                break;
        }

        return shape;
    }
}
