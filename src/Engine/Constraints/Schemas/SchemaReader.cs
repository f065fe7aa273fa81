using System.Globalization;
using System.Text.Json;
using Slerp.Engine.Constraints.Numbers;

namespace Slerp.Engine.Constraints.Schemas;

/// <summary>Reads the subschemas that are reachable from the root into nodes, keyword by keyword. Iterative: references cannot exhaust the stack.</summary>
internal sealed class SchemaReader
{
    private readonly SchemaDocument _document;
    private readonly CompileBudget _budget;
    private readonly bool _forAnswers;
    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly Queue<SchemaNode> _pending = new();

    private SchemaReader(SchemaDocument document, bool forAnswers, CompileBudget budget)
    {
        _document = document;
        _forAnswers = forAnswers;
        _budget = budget;
    }

    /// <summary>Reads a document's root and everything it reaches.</summary>
    /// <param name="schema">The document.</param>
    /// <param name="forAnswers">Whether objects hold declared properties only, where the schema does not speak of further ones, and formats are more than annotations.</param>
    /// <param name="budget">What it may cost.</param>
    /// <param name="nodes">The root and all it reaches.</param>
    public static SchemaNode Read(JsonElement schema, bool forAnswers, CompileBudget budget, out IReadOnlyList<SchemaNode> nodes)
    {
        var reader = new SchemaReader(new SchemaDocument(schema, budget), forAnswers, budget);
        var root = reader.NodeAt("");
        while (reader._pending.TryDequeue(out var node))
        {
            reader.Fill(node);
        }

        nodes = [.. reader._nodes.Values];
        if (forAnswers)
        {
            ObjectClosing.Apply(nodes, new SchemaNode(nodes.Count, "") { Types = JsonTypes.None });
        }

        return root;
    }

    private SchemaNode NodeAt(string pointer)
    {
        if (!_nodes.TryGetValue(pointer, out var node))
        {
            if (_nodes.Count >= _budget.Limits.Subschemas)
            {
                throw CompileBudget.TooMuch(pointer, null, $"more than {_budget.Limits.Subschemas:N0} subschemas; split the schema.");
            }

            _nodes[pointer] = node = new SchemaNode(_nodes.Count, pointer);
            _pending.Enqueue(node);
        }

        return node;
    }

    private void Fill(SchemaNode node)
    {
        var schema = _document.Find(node.Pointer) ?? throw SchemaDocument.Invalid(node.Pointer, null, "a $ref leads here, but there is nothing.");
        switch (schema.ValueKind)
        {
            case JsonValueKind.True:
                return;
            case JsonValueKind.False:
                node.Types = JsonTypes.None;
                return;
            case JsonValueKind.Object:
                break;
            default:
                throw SchemaDocument.Invalid(node.Pointer, null, $"a schema is an object or a boolean, not {schema.ValueKind}.");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var keyword in schema.EnumerateObject())
        {
            _budget.Spend(1, node.Pointer);
            if (!seen.Add(keyword.Name))
            {
                throw SchemaDocument.Invalid(node.Pointer, keyword.Name, "the keyword occurs twice.");
            }

            Apply(node, keyword.Name, keyword.Value);
        }
    }

    private void Apply(SchemaNode node, string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "type":
                ApplyTypes(node, value);
                break;
            case "enum":
                ApplyEnum(node, value);
                break;
            case "const":
                node.Enums.Add([value]);
                break;
            case "$ref":
                node.All.Add(NodeAt(_document.Resolve(Text(node, keyword, value), node.Pointer)));
                break;
            case "allOf":
                node.All.AddRange(Schemas(node, keyword, value));
                break;
            case "anyOf":
                node.Any.Add(Schemas(node, keyword, value));
                break;
            case "oneOf":
                node.Exclusive.Add(Schemas(node, keyword, value));
                node.Any.Add(node.Exclusive[^1]);
                break;
            case "$schema":
                if (!SchemaKeywords.IsKnownDialect(Text(node, keyword, value)))
                {
                    throw new ConstraintException(ConstraintFailure.UnsupportedKeyword, node.Pointer, keyword, $"the dialect '{value}' is unknown; use draft 2020-12.");
                }

                break;
            case "format":
                node.Format = _forAnswers && value.ValueKind is JsonValueKind.String ? SchemaFormat.Of(value.GetString()!) : null;
                break;
            case "uniqueItems":
                if (Boolean(node, keyword, value))
                {
                    throw Refused(node, keyword);
                }

                break;
            default:
                if (SchemaKeywords.Refused.Contains(keyword))
                {
                    throw Refused(node, keyword);
                }

                ApplyStringOrNumber(node, keyword, value);
                ApplyArray(node, keyword, value);
                ApplyObject(node, keyword, value);
                break;
        }
    }

    private static void ApplyStringOrNumber(SchemaNode node, string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "minimum":
                Narrow(node, NumberRange.Everything with { Low = Number(node, keyword, value) });
                break;
            case "exclusiveMinimum":
                Narrow(node, NumberRange.Everything with { Low = Number(node, keyword, value), LowOpen = true });
                break;
            case "maximum":
                Narrow(node, NumberRange.Everything with { High = Number(node, keyword, value) });
                break;
            case "exclusiveMaximum":
                Narrow(node, NumberRange.Everything with { High = Number(node, keyword, value), HighOpen = true });
                break;
            case "multipleOf":
                var step = Number(node, keyword, value);
                Narrow(node, step.Sign > 0 ? NumberRange.Everything with { Step = step } : throw SchemaDocument.Invalid(node.Pointer, keyword, $"{value} is not positive."));
                break;
            case "minLength":
                node.MinLength = Count(node, keyword, value) ?? int.MaxValue;
                break;
            case "maxLength":
                node.MaxLength = Count(node, keyword, value);
                break;
            case "pattern":
                node.Pattern = Text(node, keyword, value);
                break;
        }
    }

    private void ApplyArray(SchemaNode node, string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "items" when value.ValueKind is JsonValueKind.Array:
                throw SchemaDocument.Invalid(node.Pointer, keyword, "a list of schemas is called prefixItems since draft 2020-12.");
            case "items":
                node.Items = NodeAt(SchemaDocument.Child(node.Pointer, keyword));
                break;
            case "prefixItems":
                node.PrefixItems.AddRange(Schemas(node, keyword, value));
                break;
            case "minItems":
                node.MinItems = Count(node, keyword, value) ?? int.MaxValue;
                break;
            case "maxItems":
                node.MaxItems = Count(node, keyword, value);
                break;
        }
    }

    private void ApplyObject(SchemaNode node, string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "properties":
                var here = SchemaDocument.Child(node.Pointer, keyword);
                foreach (var property in Expect(node, keyword, value, JsonValueKind.Object).EnumerateObject())
                {
                    if (!node.Properties.TryAdd(property.Name, NodeAt(SchemaDocument.Child(here, property.Name))))
                    {
                        throw SchemaDocument.Invalid(here, property.Name, "the property is declared twice.");
                    }
                }

                break;
            case "additionalProperties":
                node.AdditionalProperties = NodeAt(SchemaDocument.Child(node.Pointer, keyword));
                break;
            case "required" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                throw SchemaDocument.Invalid(node.Pointer, keyword, "list the required names in the object that holds them.");
            case "required":
                foreach (var name in Expect(node, keyword, value, JsonValueKind.Array).EnumerateArray())
                {
                    node.Required.Add(Text(node, keyword, name));
                }

                break;
            case "minProperties":
                node.MinProperties = Count(node, keyword, value) ?? int.MaxValue;
                break;
            case "maxProperties":
                node.MaxProperties = Count(node, keyword, value);
                break;
        }
    }

    private static void ApplyTypes(SchemaNode node, JsonElement value)
    {
        var names = value.ValueKind is JsonValueKind.Array
            ? value.EnumerateArray().Select(name => Text(node, "type", name)).ToHashSet(StringComparer.Ordinal)
            : [Text(node, "type", value)];
        var types = JsonTypes.None;
        foreach (var name in names)
        {
            types |= name switch
            {
                "null" => JsonTypes.Null,
                "boolean" => JsonTypes.Boolean,
                "number" or "integer" => JsonTypes.Number,
                "string" => JsonTypes.String,
                "array" => JsonTypes.Array,
                "object" => JsonTypes.Object,
                _ => throw SchemaDocument.Invalid(node.Pointer, "type", $"'{name}' is not a type; known: null, boolean, integer, number, string, array, object."),
            };
        }

        node.Types = types;
        if (names.Contains("integer") && !names.Contains("number"))
        {
            Narrow(node, NumberRange.Integers);
        }
    }

    private void ApplyEnum(SchemaNode node, JsonElement value)
    {
        var count = Expect(node, "enum", value, JsonValueKind.Array).GetArrayLength();
        if (count > _budget.Limits.EnumValues)
        {
            throw CompileBudget.TooMuch(node.Pointer, "enum", $"{count:N0} values; the limit is {_budget.Limits.EnumValues:N0}.");
        }

        _budget.Spend(count, node.Pointer);
        node.Enums.Add([.. value.EnumerateArray()]);
    }

    private List<SchemaNode> Schemas(SchemaNode node, string keyword, JsonElement value)
    {
        var here = SchemaDocument.Child(node.Pointer, keyword);
        var count = Expect(node, keyword, value, JsonValueKind.Array).GetArrayLength();
        return count > 0
            ? [.. Enumerable.Range(0, count).Select(index => NodeAt(SchemaDocument.Child(here, index.ToString(CultureInfo.InvariantCulture))))]
            : throw SchemaDocument.Invalid(node.Pointer, keyword, "the list of schemas is empty.");
    }

    private static void Narrow(SchemaNode node, NumberRange range) => node.Range = node.Range.Intersect(range);

    private static ExactDecimal Number(SchemaNode node, string keyword, JsonElement value)
    {
        if (!ExactDecimal.TryParse(Expect(node, keyword, value, JsonValueKind.Number).GetRawText(), out var number)
            || number.Scale > SchemaLimits.BoundDigits
            || number.Magnitude > SchemaLimits.BoundDigits)
        {
            throw CompileBudget.TooMuch(node.Pointer, keyword, $"the number has more than {SchemaLimits.BoundDigits} digits before or after the point; those of a 64-bit float have fewer.");
        }

        return number;
    }

    /// <summary>A count; null where it is larger than any answer could be.</summary>
    private static int? Count(SchemaNode node, string keyword, JsonElement value)
    {
        var raw = Expect(node, keyword, value, JsonValueKind.Number).GetRawText();
        if (!ExactDecimal.TryParse(raw, out var number) || number.Sign < 0 || number.Exponent < 0)
        {
            throw SchemaDocument.Invalid(node.Pointer, keyword, $"{raw} is not a non-negative integer.");
        }

        return number.Magnitude > 9 ? null : (int)number.At(0);
    }

    private static bool Boolean(SchemaNode node, string keyword, JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw SchemaDocument.Invalid(node.Pointer, keyword, $"a boolean is expected, not {value.ValueKind}.");

    private static string Text(SchemaNode node, string keyword, JsonElement value) =>
        Expect(node, keyword, value, JsonValueKind.String).GetString()!;

    private static JsonElement Expect(SchemaNode node, string keyword, JsonElement value, JsonValueKind kind) =>
        value.ValueKind == kind ? value : throw SchemaDocument.Invalid(node.Pointer, keyword, $"{kind} is expected, not {value.ValueKind}.");

    private static ConstraintException Refused(SchemaNode node, string keyword) =>
        new(ConstraintFailure.UnsupportedKeyword, node.Pointer, keyword, "this assertion cannot be enforced while decoding; remove it and check the answer instead.");
}
