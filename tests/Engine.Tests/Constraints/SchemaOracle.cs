using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Slerp.Engine.Tests.Constraints;

/// <summary>A tiny direct validator, written for these tests alone: what the automaton says is compared with it.</summary>
internal static class SchemaOracle
{
    public static bool IsValid(JsonElement root, JsonElement schema, JsonElement value)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return schema.GetBoolean();
        }

        return schema.EnumerateObject().All(keyword => Holds(root, schema, keyword.Name, keyword.Value, value));
    }

    private static bool Holds(JsonElement root, JsonElement schema, string keyword, JsonElement argument, JsonElement value) => keyword switch
    {
        "$ref" => IsValid(root, argument.GetString()!.Split('/').Skip(1).Aggregate(root, (place, name) => place.GetProperty(name)), value),
        "type" => argument.ValueKind is JsonValueKind.Array ? argument.EnumerateArray().Any(name => HasType(name.GetString()!, value)) : HasType(argument.GetString()!, value),
        "enum" => argument.EnumerateArray().Any(listed => JsonElement.DeepEquals(listed, value)),
        "const" => JsonElement.DeepEquals(argument, value),
        "allOf" => argument.EnumerateArray().All(item => IsValid(root, item, value)),
        "anyOf" => argument.EnumerateArray().Any(item => IsValid(root, item, value)),
        "oneOf" => argument.EnumerateArray().Count(item => IsValid(root, item, value)) == 1,
        _ => value.ValueKind switch
        {
            JsonValueKind.Number => HoldsForNumber(keyword, argument, value),
            JsonValueKind.String => HoldsForString(keyword, argument, value.GetString()!),
            JsonValueKind.Array => HoldsForArray(root, schema, keyword, argument, value),
            JsonValueKind.Object => HoldsForObject(root, schema, keyword, argument, value),
            _ => true,
        },
    };

    private static bool HasType(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind is JsonValueKind.Number && Scaled(value) % Unit == 0,
        "number" => value.ValueKind is JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind.ToString().Equals(type, StringComparison.OrdinalIgnoreCase),
    };

    private static bool HoldsForNumber(string keyword, JsonElement argument, JsonElement value) => keyword switch
    {
        "minimum" => Scaled(value) >= Scaled(argument),
        "maximum" => Scaled(value) <= Scaled(argument),
        "exclusiveMinimum" => Scaled(value) > Scaled(argument),
        "exclusiveMaximum" => Scaled(value) < Scaled(argument),
        "multipleOf" => Scaled(value) % Scaled(argument) == 0,
        _ => true,
    };

    private static bool HoldsForString(string keyword, JsonElement argument, string value) => keyword switch
    {
        "minLength" => value.EnumerateRunes().Count() >= argument.GetInt32(),
        "maxLength" => value.EnumerateRunes().Count() <= argument.GetInt32(),
        "pattern" => Regex.IsMatch(value, argument.GetString()!.Replace("$", "\\z", StringComparison.Ordinal), RegexOptions.ECMAScript),
        _ => true,
    };

    private static bool HoldsForArray(JsonElement root, JsonElement schema, string keyword, JsonElement argument, JsonElement value) => keyword switch
    {
        "minItems" => value.GetArrayLength() >= argument.GetInt32(),
        "maxItems" => value.GetArrayLength() <= argument.GetInt32(),
        "prefixItems" => value.EnumerateArray().Zip(argument.EnumerateArray()).All(pair => IsValid(root, pair.Second, pair.First)),
        "items" => value.EnumerateArray().Skip(schema.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0).All(item => IsValid(root, argument, item)),
        _ => true,
    };

    private static bool HoldsForObject(JsonElement root, JsonElement schema, string keyword, JsonElement argument, JsonElement value) => keyword switch
    {
        "minProperties" => value.EnumerateObject().Count() >= argument.GetInt32(),
        "maxProperties" => value.EnumerateObject().Count() <= argument.GetInt32(),
        "required" => argument.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
        "properties" => argument.EnumerateObject().All(property => !value.TryGetProperty(property.Name, out var member) || IsValid(root, property.Value, member)),
        "additionalProperties" => value.EnumerateObject()
            .Where(member => !schema.TryGetProperty("properties", out var declared) || !declared.TryGetProperty(member.Name, out _))
            .All(member => IsValid(root, argument, member.Value)),
        _ => true,
    };

    private static readonly BigInteger Unit = BigInteger.Pow(10, 40);

    /// <summary>The number as a multiple of 10^-40: exact for everything these tests write.</summary>
    private static BigInteger Scaled(JsonElement number)
    {
        var text = number.GetRawText().Split('e', 'E');
        var exponent = text.Length > 1 ? int.Parse(text[1], System.Globalization.CultureInfo.InvariantCulture) : 0;
        var parts = text[0].Split('.');
        var fraction = parts.Length > 1 ? parts[1] : "";
        return BigInteger.Parse(parts[0] + fraction, System.Globalization.CultureInfo.InvariantCulture) * BigInteger.Pow(10, 40 + exponent - fraction.Length);
    }
}
