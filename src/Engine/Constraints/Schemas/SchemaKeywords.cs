using System.Collections.Frozen;

namespace Slerp.Engine.Constraints.Schemas;

/// <summary>What is known about keywords by name alone.</summary>
internal static class SchemaKeywords
{
    /// <summary>Keywords whose value is a schema.</summary>
    public static FrozenSet<string> SingleSchema { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "items",
        "additionalProperties",
        "not",
        "if",
        "then",
        "else",
        "contains",
        "propertyNames",
        "unevaluatedItems",
        "unevaluatedProperties",
        "contentSchema",
        "additionalItems");

    /// <summary>Keywords whose value is a list of schemas.</summary>
    public static FrozenSet<string> SchemaList { get; } = FrozenSet.Create(StringComparer.Ordinal, "prefixItems", "allOf", "anyOf", "oneOf");

    /// <summary>Keywords whose value maps names to schemas.</summary>
    public static FrozenSet<string> SchemaMap { get; } =
        FrozenSet.Create(StringComparer.Ordinal, "properties", "patternProperties", "$defs", "definitions", "dependentSchemas");

    /// <summary>Assertions that are not enforced, and therefore refused by name.</summary>
    public static FrozenSet<string> Refused { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "not",
        "if",
        "then",
        "else",
        "contains",
        "minContains",
        "maxContains",
        "dependentRequired",
        "dependentSchemas",
        "dependencies",
        "patternProperties",
        "propertyNames",
        "unevaluatedItems",
        "unevaluatedProperties",
        "additionalItems",
        "$dynamicRef",
        "$recursiveRef",
        "divisibleBy",
        "disallow",
        "extends");

    /// <summary>The dialects whose keywords mean what this room takes them to mean.</summary>
    public static bool IsKnownDialect(string uri) =>
        uri.TrimEnd('#') is "https://json-schema.org/draft/2020-12/schema" or "https://json-schema.org/draft/2019-09/schema"
            or "http://json-schema.org/draft-07/schema" or "http://json-schema.org/draft-06/schema" or "http://json-schema.org/schema"
            or "https://json-schema.org/draft-07/schema" or "http://json-schema.org/draft-04/schema" or "https://json-schema.org/schema";
}
