namespace Slerp.Engine.Constraints.Schemas;

/// <summary>Schemas that one value must satisfy at once, with the schemas these demand; sorted by id, so that equal sets are equal.</summary>
internal static class Conjunction
{
    /// <summary>The nodes and everything reached through allOf and $ref.</summary>
    public static IReadOnlyList<SchemaNode> Close(IEnumerable<SchemaNode> nodes)
    {
        var closed = new SortedDictionary<int, SchemaNode>();
        var pending = new Stack<SchemaNode>(nodes);
        while (pending.TryPop(out var node))
        {
            if (closed.TryAdd(node.Id, node))
            {
                foreach (var demanded in node.All)
                {
                    pending.Push(demanded);
                }
            }
        }

        return [.. closed.Values];
    }

    public static string Key(IEnumerable<SchemaNode> nodes) => string.Join(',', nodes.Select(node => node.Id));
}
