using System.Text.Json;
using Slerp.Engine.Constraints.Schemas;
using Slerp.Engine.Constraints.Shapes;

namespace Slerp.Engine.Constraints;

/// <summary>JSON Schema (draft 2020-12) to automaton. Pure; every cost is bounded by <see cref="SchemaLimits"/>.</summary>
/// <remarks>
/// <para>Enforced: type, enum, const, properties, required, additionalProperties, min/maxProperties, items, prefixItems, min/maxItems, min/maxLength,
/// pattern (what runs in linear time), minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, allOf, anyOf, $ref, $anchor and $id within
/// the document, and oneOf where its branches are proven to exclude each other; of answers also formats (<see cref="SchemaFormat"/>), as long as they leave anything.
/// Other assertions are refused by name; annotations are ignored.</para>
/// <para>Source: json-schema.org, draft 2020-12, core and validation.</para>
/// </remarks>
internal static class JsonSchemaCompiler
{
    /// <summary>Most pairs of oneOf branches that are compared.</summary>
    private const int MostPairs = 4_096;

    /// <summary>Compiles a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="forAnswers">
    /// Whether it is read as who asks for a value means it: objects hold declared properties only, where the schema does not speak of further ones
    /// (<see cref="ObjectClosing"/>), and formats bind (<see cref="SchemaFormat"/>) unless that would leave nothing, or cost too much. By the specification neither is so.
    /// </param>
    /// <exception cref="ConstraintException">The schema is malformed, unsupported, too large, or satisfied by nothing.</exception>
    public static SchemaAutomaton Compile(JsonElement schema, SchemaLimits limits, bool forAnswers = false)
    {
        try
        {
            return CompileChecked(schema, limits, forAnswers);
        }
        catch (InvalidOperationException fault)
        {
            // The reader of System.Text.Json fails so on a lone surrogate in a name or string.
            throw SchemaDocument.Invalid("", null, $"a string is not valid Unicode text ({fault.Message})");
        }
    }

    /// <summary>The automaton of any JSON object.</summary>
    public static SchemaAutomaton AnyObject(SchemaLimits limits)
    {
        using var document = JsonDocument.Parse("""{"type":"object"}""");
        return Compile(document.RootElement, limits);
    }

    private static SchemaAutomaton CompileChecked(JsonElement schema, SchemaLimits limits, bool forAnswers)
    {
        var budget = new CompileBudget(limits);
        var root = SchemaReader.Read(schema, forAnswers, budget, out var nodes);
        var unspent = budget.Copy();
        try
        {
            return Build(root, nodes, budget);
        }
        catch (ConstraintException) when (nodes.Any(static node => node.Format is not null))
        {
            // A format is an annotation: no schema is refused for one.
            foreach (var node in nodes)
            {
                node.Format = null;
            }

            return Build(root, nodes, unspent);
        }
    }

    private static SchemaAutomaton Build(SchemaNode root, IReadOnlyList<SchemaNode> nodes, CompileBudget budget)
    {
        var limits = budget.Limits;
        var builder = new ShapeBuilder(budget);
        var shape = builder.Of([root]);
        var pairs = ExclusivePairs(nodes, builder);
        builder.Fill();
        var isProven = new ShapeSolver(builder.All, budget).Solve();
        foreach (var (node, overlap) in pairs)
        {
            if (overlap.MinDepth != ValueShape.Never || !isProven)
            {
                throw new ConstraintException(
                    ConstraintFailure.UnsupportedKeyword,
                    node.Pointer,
                    "oneOf",
                    "two branches may hold for the same value, which cannot be ruled out while decoding; use anyOf, or tell the branches apart by type or a required const.");
            }
        }

        return shape.MinDepth != ValueShape.Never
            ? new SchemaAutomaton(shape, limits)
            : throw new ConstraintException(
                isProven ? ConstraintFailure.Unsatisfiable : ConstraintFailure.LimitExceeded,
                "",
                null,
                isProven ? "no value satisfies the schema; look for contradicting keywords." : $"no value satisfies the schema within a nesting depth of {limits.ValueDepth}.");
    }

    /// <summary>For every two branches of a oneOf, the shape of values that satisfy both; it must turn out empty.</summary>
    private static List<(SchemaNode Node, ValueShape Overlap)> ExclusivePairs(IReadOnlyList<SchemaNode> nodes, ShapeBuilder builder)
    {
        var pairs = new List<(SchemaNode, ValueShape)>();
        foreach (var node in nodes)
        {
            foreach (var group in node.Exclusive)
            {
                if (pairs.Count + ((long)group.Count * group.Count / 2) > MostPairs)
                {
                    throw CompileBudget.TooMuch(node.Pointer, "oneOf", $"more than {MostPairs:N0} pairs of branches; use anyOf.");
                }

                for (var left = 0; left < group.Count; left++)
                {
                    for (var right = left + 1; right < group.Count; right++)
                    {
                        pairs.Add((node, builder.Of([group[left], group[right]])));
                    }
                }
            }
        }

        return pairs;
    }
}
