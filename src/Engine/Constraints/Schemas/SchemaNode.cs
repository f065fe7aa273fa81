using System.Text.Json;
using Slerp.Engine.Constraints.Numbers;

namespace Slerp.Engine.Constraints.Schemas;

/// <summary>One subschema, read: its own assertions, and the subschemas it refers to (possibly in circles). Written by the reader; later only objects are closed and formats given up.</summary>
internal sealed class SchemaNode(int id, string pointer)
{
    /// <summary>Order of discovery; names the node in conjunctions.</summary>
    public int Id => id;

    /// <summary>The JSON pointer from the document's root.</summary>
    public string Pointer => pointer;

    public JsonTypes Types { get; set; } = JsonTypes.All;

    /// <summary>Value lists of enum and const; a value must be in each.</summary>
    public List<IReadOnlyList<JsonElement>> Enums { get; } = [];

    /// <summary>Schemas that must hold too: allOf and $ref.</summary>
    public List<SchemaNode> All { get; } = [];

    /// <summary>Groups of which at least one member must hold: anyOf, and oneOf, whose members are shown to exclude each other.</summary>
    public List<IReadOnlyList<SchemaNode>> Any { get; } = [];

    /// <summary>The groups of <see cref="Any"/> that came from oneOf.</summary>
    public List<IReadOnlyList<SchemaNode>> Exclusive { get; } = [];

    public NumberRange Range { get; set; } = NumberRange.Everything;

    public int MinLength { get; set; }

    public int? MaxLength { get; set; }

    public string? Pattern { get; set; }

    /// <summary>What its format asks for beside that, as long as anything is left; of listed values it asks nothing.</summary>
    public SchemaFormat? Format { get; set; }

    public List<SchemaNode> PrefixItems { get; } = [];

    public SchemaNode? Items { get; set; }

    public int MinItems { get; set; }

    public int? MaxItems { get; set; }

    public Dictionary<string, SchemaNode> Properties { get; } = new(StringComparer.Ordinal);

    public SchemaNode? AdditionalProperties { get; set; }

    /// <summary>What stands for it where the schema is silent and the object is closed; listed values are not judged by it.</summary>
    public SchemaNode? Closing { get; set; }

    /// <summary>What a property must satisfy that is not declared, or null.</summary>
    public SchemaNode? Undeclared => AdditionalProperties ?? Closing;

    public HashSet<string> Required { get; } = new(StringComparer.Ordinal);

    public int MinProperties { get; set; }

    public int? MaxProperties { get; set; }

    /// <summary>Whether the node's own keywords (not those it refers to) say something about values of one type.</summary>
    public bool Constrains(JsonTypes type) => Enums.Count > 0 || type switch
    {
        JsonTypes.Number => !Range.IsEverything || Format is { Range.IsEverything: false },
        JsonTypes.String => MinLength > 0 || MaxLength is not null || Pattern is not null || Format is { Patterns.Count: > 0 },
        JsonTypes.Array => PrefixItems.Count > 0 || Items is not null || MinItems > 0 || MaxItems is not null,
        JsonTypes.Object => Properties.Count > 0 || AdditionalProperties is not null || Required.Count > 0 || MinProperties > 0 || MaxProperties is not null,
        _ => false,
    };
}
