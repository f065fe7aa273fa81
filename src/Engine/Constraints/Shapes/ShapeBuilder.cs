using System.Text.Json;
using Slerp.Engine.Constraints.Numbers;
using Slerp.Engine.Constraints.Patterns;
using Slerp.Engine.Constraints.Schemas;
using Slerp.Engine.Constraints.Strings;

namespace Slerp.Engine.Constraints.Shapes;

/// <summary>Turns conjunctions of schemas into shapes, each distinct conjunction once, so that recursive schemas become circles of shapes.</summary>
internal sealed class ShapeBuilder
{
    private readonly CompileBudget _budget;

    // What formats cost is not taken from what the schema itself may cost.
    private readonly CompileBudget _formatBudget;
    private readonly AlternativeExpander _expander;
    private readonly LiteralCheck _check;
    private readonly LiteralShapes _literals;
    private readonly Dictionary<string, ValueShape> _shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dfa> _patterns = new(StringComparer.Ordinal);
    private readonly Dictionary<(Dfa Pattern, int Least, int? Most), PatternMatcher> _matchers = [];
    private readonly Queue<(ValueShape Shape, IReadOnlyList<SchemaNode> Nodes)> _pending = new();
    private readonly List<ValueShape> _all = [];

    public ShapeBuilder(CompileBudget budget)
    {
        _budget = budget;
        _formatBudget = new CompileBudget(budget.Limits);
        _expander = new AlternativeExpander(budget);
        _check = new LiteralCheck(budget, (patterns, pointer) => CompilePattern(patterns, budget, pointer));
        _literals = new LiteralShapes(budget, NewShape);
    }

    /// <summary>Every shape made so far.</summary>
    public IReadOnlyList<ValueShape> All => _all;

    /// <summary>The shape of values that satisfy all of the schemas; filled when <see cref="Fill"/> returns.</summary>
    public ValueShape Of(IEnumerable<SchemaNode> schemas)
    {
        IReadOnlyList<SchemaNode> nodes = [.. Conjunction.Close(schemas).Where(SaysSomething)];
        var key = Conjunction.Key(nodes);
        if (!_shapes.TryGetValue(key, out var shape))
        {
            _budget.Spend(nodes.Count + 1, nodes.Count > 0 ? nodes[0].Pointer : "");
            _shapes[key] = shape = NewShape();
            _pending.Enqueue((shape, nodes));
        }

        return shape;
    }

    /// <summary>Fills everything that has been asked for, and what that needs in turn.</summary>
    public void Fill()
    {
        while (_pending.TryDequeue(out var item))
        {
            var (shape, nodes) = item;
            shape.AllowsNull = Alternatives(nodes, JsonTypes.Null).Any(alternative => Listed(alternative, JsonTypes.Null) is not { Count: 0 });
            FillBooleans(shape, nodes);
            FillNumbers(shape, nodes);
            FillStrings(shape, nodes);
            FillArrays(shape, nodes);
            FillObjects(shape, nodes);
        }
    }

    private static bool SaysSomething(SchemaNode node) =>
        node.Types != JsonTypes.All
        || node.Any.Count > 0
        || node.Constrains(JsonTypes.Number)
        || node.Constrains(JsonTypes.String)
        || node.Constrains(JsonTypes.Array)
        || node.Constrains(JsonTypes.Object);

    private ValueShape NewShape()
    {
        if (_all.Count >= _budget.Limits.Shapes)
        {
            throw CompileBudget.TooMuch("", null, $"more than {_budget.Limits.Shapes:N0} combinations of subschemas; simplify allOf, anyOf and $ref.");
        }

        _all.Add(new ValueShape(_budget.Limits));
        return _all[^1];
    }

    private IReadOnlyList<IReadOnlyList<SchemaNode>> Alternatives(IReadOnlyList<SchemaNode> nodes, JsonTypes type) => _expander.Expand(nodes, type);

    /// <summary>The values of a type that enum and const leave, or null where the alternative lists none.</summary>
    private IReadOnlyList<JsonElement>? Listed(IReadOnlyList<SchemaNode> alternative, JsonTypes type)
    {
        var shortest = alternative.SelectMany(node => node.Enums).MinBy(list => list.Count);
        if (shortest is null)
        {
            return null;
        }

        // A node with nothing but this list holds by construction: a long enum is not compared with itself.
        var others = alternative.Where(node => node.Enums.Count != 1 || !ReferenceEquals(node.Enums[0], shortest) || !IsOnlyList(node, type)).ToList();
        return [.. shortest.Where(value => LiteralCheck.TypeOf(value) == type && others.TrueForAll(node => _check.AcceptsOwn(node, value)))];
    }

    private static bool IsOnlyList(SchemaNode node, JsonTypes type) => type switch
    {
        JsonTypes.Number => node.Range.IsEverything,
        JsonTypes.String => node.MinLength == 0 && node.MaxLength is null && node.Pattern is null,
        JsonTypes.Array or JsonTypes.Object => false,
        _ => true,
    };

    private void FillBooleans(ValueShape shape, IReadOnlyList<SchemaNode> nodes)
    {
        foreach (var alternative in Alternatives(nodes, JsonTypes.Boolean))
        {
            var listed = Listed(alternative, JsonTypes.Boolean);
            shape.AllowsTrue |= listed?.Any(value => value.ValueKind is JsonValueKind.True) ?? true;
            shape.AllowsFalse |= listed?.Any(value => value.ValueKind is JsonValueKind.False) ?? true;
        }
    }

    private void FillNumbers(ValueShape shape, IReadOnlyList<SchemaNode> nodes)
    {
        var ranges = new HashSet<NumberRange>();
        foreach (var alternative in Alternatives(nodes, JsonTypes.Number))
        {
            if (Listed(alternative, JsonTypes.Number) is { } listed)
            {
                ranges.UnionWith(listed.Select(LiteralShapes.Number).Select(NumberRange.Point));
            }
            else
            {
                var range = alternative.Aggregate(NumberRange.Everything, (range, node) => range.Intersect(node.Range));
                var formatted = alternative.Aggregate(range, (range, node) => node.Format is { } format ? range.Intersect(format.Range) : range);
                ranges.Add(formatted == range || new NumberShape([formatted], _budget.Limits).Witness is null ? range : formatted);
            }
        }

        shape.Number = ranges.Count == 0 ? null : new NumberShape([.. ranges], _budget.Limits);
    }

    private void FillStrings(ValueShape shape, IReadOnlyList<SchemaNode> nodes)
    {
        var literals = new List<string>();
        var matchers = new List<StringMatcher>();
        foreach (var alternative in Alternatives(nodes, JsonTypes.String))
        {
            if (Listed(alternative, JsonTypes.String) is { } listed)
            {
                literals.AddRange(listed.Select(value => value.GetString()!));
            }
            else
            {
                matchers.Add(Matcher(alternative));
            }
        }

        if (matchers.Find(matcher => matcher is LengthMatcher { Least: 0, Most: null }) is { } free)
        {
            shape.Strings = [free];
            return;
        }

        if (literals.Count > 0)
        {
            matchers.Add(new LiteralMatcher(LiteralSet.Create(literals)));
        }

        shape.Strings = [.. matchers.Distinct()];
    }

    private StringMatcher Matcher(IReadOnlyList<SchemaNode> alternative)
    {
        var least = alternative.Select(node => node.MinLength).DefaultIfEmpty(0).Max();
        var most = alternative.Min(node => node.MaxLength);
        var pointer = alternative.Count > 0 ? alternative[0].Pointer : "";
        if (least > _budget.Limits.SmallestAnswerBytes)
        {
            throw CompileBudget.TooMuch(pointer, "minLength", $"{least:N0} is above the limit of {_budget.Limits.SmallestAnswerBytes:N0}.");
        }

        var patterns = alternative.Select(node => node.Pattern).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var formats = alternative.Select(node => node.Format).OfType<SchemaFormat>().Where(format => format.Patterns.Count > 0).ToList();
        if (formats.Count > 0 && Formatted(patterns, formats, least, most, pointer) is { } formatted)
        {
            return formatted;
        }

        if (patterns.Count == 0)
        {
            return new LengthMatcher(least, most);
        }

        var place = alternative.First(node => node.Pattern is not null).Pointer;
        return Matcher(patterns, least, most, _budget, place);
    }

    /// <summary>With formats, which by the specification only annotate: null where they leave nothing, or would cost too much.</summary>
    private PatternMatcher? Formatted(HashSet<string> patterns, List<SchemaFormat> formats, int least, int? most, string pointer)
    {
        most = new[] { most, formats.Min(format => format.MaxLength) }.Min();
        try
        {
            return Matcher([.. patterns, .. formats.SelectMany(format => format.Patterns)], least, most, _formatBudget, pointer) is { Witness: not null } matcher ? matcher : null;
        }
        catch (ConstraintException)
        {
            return null;
        }
    }

    private PatternMatcher Matcher(HashSet<string> patterns, int least, int? most, CompileBudget budget, string pointer)
    {
        var dfa = CompilePattern(patterns, budget, pointer);
        if (!_matchers.TryGetValue((dfa, least, most), out var matcher))
        {
            _matchers[(dfa, least, most)] = matcher = new PatternMatcher(dfa, least, most, budget, pointer);
        }

        return matcher;
    }

    private Dfa CompilePattern(IReadOnlyCollection<string> patterns, CompileBudget budget, string pointer)
    {
        var key = string.Join('\n', patterns.Order(StringComparer.Ordinal));
        if (!_patterns.TryGetValue(key, out var dfa))
        {
            try
            {
                _patterns[key] = dfa = Dfa.Compile(patterns, budget, pointer);
            }
            catch (PatternSyntaxException fault)
            {
                throw new ConstraintException(fault.Failure, pointer, "pattern", $"'{Shortened(key)}': {fault.Message}");
            }
        }

        return dfa;
    }

    private static string Shortened(string text) => text.Length <= 100 ? text : string.Concat(text.AsSpan(0, 100), "…");

    private void FillArrays(ValueShape shape, IReadOnlyList<SchemaNode> nodes)
    {
        var arrays = new List<ArrayShape>();
        foreach (var alternative in Alternatives(nodes, JsonTypes.Array))
        {
            if (Listed(alternative, JsonTypes.Array) is { } listed)
            {
                arrays.AddRange(listed.Select(_literals.Array));
                continue;
            }

            var length = alternative.Select(node => node.PrefixItems.Count).DefaultIfEmpty(0).Max();
            _budget.Spend((long)length * alternative.Count, "");
            arrays.Add(new ArrayShape(
                [.. Enumerable.Range(0, length).Select(index => Of(alternative.Select(node => index < node.PrefixItems.Count ? node.PrefixItems[index] : node.Items).OfType<SchemaNode>()))],
                Of(alternative.Select(node => node.Items).OfType<SchemaNode>()),
                alternative.Select(node => node.MinItems).DefaultIfEmpty(0).Max(),
                alternative.Min(node => node.MaxItems)));
        }

        shape.Arrays = arrays;
    }

    private void FillObjects(ValueShape shape, IReadOnlyList<SchemaNode> nodes)
    {
        var objects = new List<ObjectShape>();
        foreach (var alternative in Alternatives(nodes, JsonTypes.Object))
        {
            if (Listed(alternative, JsonTypes.Object) is { } listed)
            {
                objects.AddRange(listed.Select(_literals.Object));
                continue;
            }

            var required = alternative.SelectMany(node => node.Required).ToHashSet(StringComparer.Ordinal);
            var names = LiteralSet.Create(alternative.SelectMany(node => node.Properties.Keys).Concat(required));
            _budget.Spend((long)names.Count * alternative.Count, "");
            var texts = Enumerable.Range(0, names.Count).Select(index => LiteralSet.ToText(names[index])).ToList();
            objects.Add(new ObjectShape(
                names,
                [.. texts.Select(name => Of(alternative.Select(node => node.Properties.GetValueOrDefault(name, node.Undeclared!)).OfType<SchemaNode>()))],
                [.. texts.Select(required.Contains)],
                Of(alternative.Select(node => node.Undeclared).OfType<SchemaNode>()),
                alternative.Select(node => node.MinProperties).DefaultIfEmpty(0).Max(),
                alternative.Min(node => node.MaxProperties)));
        }

        shape.Objects = objects;
    }
}
