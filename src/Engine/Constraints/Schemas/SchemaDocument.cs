using System.Globalization;
using System.Text.Json;

namespace Slerp.Engine.Constraints.Schemas;

/// <summary>A schema document with its identifiers: finds what a $ref means. Nothing outside the document is ever looked up.</summary>
internal sealed class SchemaDocument
{
    private static readonly Uri DefaultBase = new("schema://document/root");

    private readonly JsonElement _root;
    private readonly CompileBudget _budget;
    private readonly Dictionary<string, (JsonElement Element, Uri Base)> _locations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _anchors = new(StringComparer.Ordinal);

    public SchemaDocument(JsonElement root, CompileBudget budget)
    {
        _root = root;
        _budget = budget;
        _resources[Key(DefaultBase)] = "";
        Scan();
    }

    /// <summary>The pointer that a $ref at a place leads to.</summary>
    public string Resolve(string reference, string pointer)
    {
        var from = BaseOf(pointer);
        if (!Uri.TryCreate(from, reference, out var target))
        {
            throw Invalid(pointer, "$ref", $"'{reference}' is not a URI reference.");
        }

        var fragment = reference.IndexOf('#', StringComparison.Ordinal) is var mark && mark >= 0 ? Uri.UnescapeDataString(reference[(mark + 1)..]) : "";
        var resource = reference.StartsWith('#') ? Key(from) : Key(target);
        if (!_resources.TryGetValue(resource, out var start))
        {
            throw new ConstraintException(
                ConstraintFailure.UnsupportedKeyword,
                pointer,
                "$ref",
                $"'{reference}' is not in this document, and nothing is ever fetched; move it under $defs.");
        }

        if (fragment.Length == 0)
        {
            return start;
        }

        if (fragment.StartsWith('/'))
        {
            return start + fragment;
        }

        return _anchors.TryGetValue(resource + "#" + fragment, out var anchored)
            ? anchored
            : throw Invalid(pointer, "$ref", $"there is no anchor '{fragment}'.");
    }

    /// <summary>The value at a pointer, or null where there is none.</summary>
    public JsonElement? Find(string pointer)
    {
        if (_locations.TryGetValue(pointer, out var known))
        {
            return known.Element;
        }

        var current = _root;
        foreach (var escaped in pointer.Split('/').Skip(1))
        {
            var segment = Unescape(escaped);
            if (current.ValueKind is JsonValueKind.Object && current.TryGetProperty(segment, out var member))
            {
                current = member;
            }
            else if (current.ValueKind is JsonValueKind.Array
                && int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && index < current.GetArrayLength())
            {
                current = current[index];
            }
            else
            {
                return null;
            }
        }

        return current;
    }

    public static string Child(string pointer, string segment) =>
        pointer + "/" + segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    internal static ConstraintException Invalid(string pointer, string? keyword, string message) =>
        new(ConstraintFailure.InvalidSchema, pointer, keyword, message);

    private static string Unescape(string segment) =>
        segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static string Key(Uri uri)
    {
        var text = uri.IsAbsoluteUri ? uri.AbsoluteUri : uri.OriginalString;
        var mark = text.IndexOf('#', StringComparison.Ordinal);
        return mark < 0 ? text : text[..mark];
    }

    private Uri BaseOf(string pointer)
    {
        for (var prefix = pointer; ; prefix = prefix[..prefix.LastIndexOf('/')])
        {
            if (_locations.TryGetValue(prefix, out var known))
            {
                return known.Base;
            }
        }
    }

    /// <summary>Visits every place that is a schema by position, outermost first, and notes identifiers.</summary>
    private void Scan()
    {
        var pending = new Stack<(JsonElement Element, string Pointer, Uri Base, int Depth)>();
        pending.Push((_root, "", DefaultBase, 0));
        while (pending.TryPop(out var place))
        {
            var (element, pointer, origin, depth) = place;
            if (depth > _budget.Limits.SchemaDepth)
            {
                throw CompileBudget.TooMuch(pointer, null, $"the schema is nested deeper than {_budget.Limits.SchemaDepth}; flatten it or use $ref.");
            }

            if (_locations.Count >= _budget.Limits.Subschemas)
            {
                throw CompileBudget.TooMuch(pointer, null, $"more than {_budget.Limits.Subschemas:N0} subschemas; split the schema.");
            }

            var own = element.ValueKind is JsonValueKind.Object ? Identify(element, pointer, origin) : origin;
            _locations[pointer] = (element, own);
            if (element.ValueKind is not JsonValueKind.Object)
            {
                continue;
            }

            foreach (var keyword in element.EnumerateObject())
            {
                foreach (var (child, childPointer, steps) in Children(keyword, pointer))
                {
                    pending.Push((child, childPointer, own, depth + steps));
                }
            }
        }
    }

    private static IEnumerable<(JsonElement Element, string Pointer, int Steps)> Children(JsonProperty keyword, string pointer)
    {
        var here = Child(pointer, keyword.Name);
        if (SchemaKeywords.SingleSchema.Contains(keyword.Name))
        {
            yield return (keyword.Value, here, 1);
        }
        else if (SchemaKeywords.SchemaList.Contains(keyword.Name) && keyword.Value.ValueKind is JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in keyword.Value.EnumerateArray())
            {
                yield return (item, Child(here, (index++).ToString(CultureInfo.InvariantCulture)), 2);
            }
        }
        else if (SchemaKeywords.SchemaMap.Contains(keyword.Name) && keyword.Value.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in keyword.Value.EnumerateObject())
            {
                yield return (member.Value, Child(here, member.Name), 2);
            }
        }
    }

    private Uri Identify(JsonElement element, string pointer, Uri origin)
    {
        if (element.TryGetProperty("$id", out var id) && id.ValueKind is JsonValueKind.String)
        {
            var text = id.GetString()!;
            if (text.StartsWith('#'))
            {
                _anchors.TryAdd(Key(origin) + text, pointer);
            }
            else if (Uri.TryCreate(origin, text, out var own))
            {
                origin = own;
                _resources.TryAdd(Key(own), pointer);
            }
            else
            {
                throw Invalid(pointer, "$id", $"'{text}' is not a URI reference.");
            }
        }

        foreach (var keyword in new[] { "$anchor", "$dynamicAnchor" })
        {
            if (element.TryGetProperty(keyword, out var anchor) && anchor.ValueKind is JsonValueKind.String)
            {
                _anchors.TryAdd(Key(origin) + "#" + anchor.GetString(), pointer);
            }
        }

        return origin;
    }
}
