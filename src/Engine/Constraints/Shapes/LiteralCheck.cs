using System.Text.Json;
using Slerp.Engine.Constraints.Numbers;
using Slerp.Engine.Constraints.Patterns;
using Slerp.Engine.Constraints.Schemas;
using Slerp.Engine.Constraints.Strings;

namespace Slerp.Engine.Constraints.Shapes;

/// <summary>Whether a value of an enum or const also satisfies the schemas around it.</summary>
internal sealed class LiteralCheck(CompileBudget budget, Func<IReadOnlyCollection<string>, string, Dfa> compilePattern)
{
    private const int DeepestCheck = 256;

    /// <summary>Whether the value satisfies a schema, its references and its groups.</summary>
    public bool Accepts(SchemaNode node, JsonElement value, int depth = 0)
    {
        budget.Spend(1, node.Pointer);
        if (depth > DeepestCheck)
        {
            throw CompileBudget.TooMuch(node.Pointer, "enum", $"checking a listed value goes deeper than {DeepestCheck} schemas.");
        }

        foreach (var demanded in Conjunction.Close([node]))
        {
            if (!AcceptsOwn(demanded, value, depth) || !demanded.Any.TrueForAll(group => group.Any(branch => Accepts(branch, value, depth + 1))))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the value satisfies a schema's own keywords.</summary>
    public bool AcceptsOwn(SchemaNode node, JsonElement value, int depth = 0)
    {
        var type = TypeOf(value);
        if ((node.Types & type) == 0 || !node.Enums.TrueForAll(list => list.Any(listed => JsonElement.DeepEquals(listed, value))))
        {
            return false;
        }

        return type switch
        {
            JsonTypes.Number => ExactDecimal.TryParse(value.GetRawText(), out var number) && node.Range.Contains(number),
            JsonTypes.String => AcceptsString(node, value),
            JsonTypes.Array => AcceptsArray(node, value, depth),
            JsonTypes.Object => AcceptsObject(node, value, depth),
            _ => true,
        };
    }

    public static JsonTypes TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Number => JsonTypes.Number,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Array => JsonTypes.Array,
        _ => JsonTypes.Object,
    };

    private bool AcceptsString(SchemaNode node, JsonElement value)
    {
        if (node.MinLength == 0 && node.MaxLength is null && node.Pattern is null)
        {
            return true;
        }

        var codePoints = LiteralSet.ToCodePoints(value.GetString()!);
        if (codePoints.Length < node.MinLength || codePoints.Length > node.MaxLength)
        {
            return false;
        }

        if (node.Pattern is null)
        {
            return true;
        }

        var dfa = compilePattern([node.Pattern], node.Pointer);
        return dfa.IsAccepting(codePoints.Aggregate(0, dfa.Move));
    }

    private bool AcceptsArray(SchemaNode node, JsonElement value, int depth)
    {
        var count = value.GetArrayLength();
        if (count < node.MinItems || count > node.MaxItems)
        {
            return false;
        }

        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var schema = index < node.PrefixItems.Count ? node.PrefixItems[index] : node.Items;
            if (schema is not null && !Accepts(schema, item, depth + 1))
            {
                return false;
            }

            index++;
        }

        return true;
    }

    private bool AcceptsObject(SchemaNode node, JsonElement value, int depth)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            names.Add(property.Name);
            var schema = node.Properties.GetValueOrDefault(property.Name, node.AdditionalProperties!);
            if (schema is not null && !Accepts(schema, property.Value, depth + 1))
            {
                return false;
            }
        }

        return names.Count >= node.MinProperties && !(names.Count > node.MaxProperties) && node.Required.IsSubsetOf(names);
    }
}
