namespace Slerp.Engine.Constraints.Schemas;

/// <summary>Closes objects that declare properties and say nothing of further ones, at every depth, so that a model invents none.</summary>
/// <remarks>
/// What is left still satisfies the schema as it stands, and where there was a value there still is one: an object stays open where it is not judged
/// by one subschema alone (allOf and anyOf beside properties, oneOf, whose branches have been told apart as open ones), or where it must have
/// more than is declared.
/// </remarks>
internal static class ObjectClosing
{
    /// <summary>Closes what can be closed among all nodes of a schema.</summary>
    /// <param name="nodes">Every node that is reachable from the root.</param>
    /// <param name="nothing">The schema that no value satisfies.</param>
    public static void Apply(IReadOnlyList<SchemaNode> nodes, SchemaNode nothing)
    {
        var shared = Shared(nodes);
        foreach (var node in nodes)
        {
            if (!shared.Contains(node) && CanClose(node))
            {
                node.Closing = nothing;
            }
        }
    }

    private static bool CanClose(SchemaNode node) =>
        node is { AdditionalProperties: null, Properties.Count: > 0, All.Count: 0, Any.Count: 0, Enums.Count: 0 }
        && node.MinProperties <= node.Required.Count
        && node.Required.All(node.Properties.ContainsKey);

    /// <summary>Nodes whose values another node judges as well: what the one does not declare the other may.</summary>
    private static HashSet<SchemaNode> Shared(IReadOnlyList<SchemaNode> nodes)
    {
        var shared = new HashSet<SchemaNode>();
        var pending = new Stack<SchemaNode>(nodes.Where(static node => node.All.Count + node.Any.Count > 0 && !HandsOver(node)));
        while (pending.TryPop(out var node))
        {
            foreach (var part in Parts(node).Where(shared.Add))
            {
                pending.Push(part);
            }
        }

        return shared;
    }

    /// <summary>Whether a node leaves its objects to one other, of a choice perhaps: a $ref, or an anyOf that requires no more than each branch declares.</summary>
    private static bool HandsOver(SchemaNode node) =>
        node is { Properties.Count: 0, AdditionalProperties: null, MinProperties: 0, Enums.Count: 0, Exclusive.Count: 0 }
        && node.All.Count + node.Any.Count == 1
        && Members(node).All(member => node.Required.All(member.Properties.ContainsKey));

    private static IEnumerable<SchemaNode> Members(SchemaNode node) => node.All.Concat(node.Any.SelectMany(static group => group));

    private static IEnumerable<SchemaNode> Parts(SchemaNode node) =>
        Members(node).Concat(node.Properties.Values).Concat(node.PrefixItems).Concat(new[] { node.AdditionalProperties, node.Items }.OfType<SchemaNode>());
}
