namespace Slerp.Engine.Constraints.Schemas;

/// <summary>Multiplies out the anyOf groups of a conjunction, one JSON type at a time, into alternatives that hold no groups.</summary>
/// <remarks>
/// A schema says nothing about types its keywords do not name, so that most groups vanish for a given type: a branch that says nothing satisfies
/// its group, a branch that forbids the type is dropped. What is left is bounded; the product is never built beyond the bound.
/// </remarks>
internal sealed class AlternativeExpander(CompileBudget budget)
{
    private enum Relevance
    {
        Forbids,
        SaysNothing,
        Constrains,
    }

    /// <summary>The alternatives for values of one type: each a closed conjunction whose groups have been decided.</summary>
    public IReadOnlyList<IReadOnlyList<SchemaNode>> Expand(IReadOnlyList<SchemaNode> conjunction, JsonTypes type)
    {
        var found = new Dictionary<string, IReadOnlyList<SchemaNode>>(StringComparer.Ordinal);
        var pending = new Stack<IReadOnlyList<SchemaNode>>();
        pending.Push(Conjunction.Close(conjunction));
        while (pending.TryPop(out var nodes))
        {
            var pointer = nodes.Count > 0 ? nodes[0].Pointer : "";
            budget.Spend(nodes.Count + 1, pointer);
            if (nodes.Any(node => (node.Types & type) == 0))
            {
                continue;
            }

            if (OpenGroup(nodes, type) is { } group)
            {
                foreach (var branch in group)
                {
                    pending.Push(Conjunction.Close([.. nodes, branch]));
                }

                continue;
            }

            IReadOnlyList<SchemaNode> relevant = [.. nodes.Where(node => node.Constrains(type))];
            if (found.TryAdd(Conjunction.Key(relevant), relevant) && found.Count > budget.Limits.Alternatives)
            {
                throw CompileBudget.TooMuch(
                    pointer,
                    "anyOf",
                    $"more than {budget.Limits.Alternatives:N0} combinations of alternatives for one value; give fewer alternatives or fewer groups of them.");
            }
        }

        return WithoutRedundant([.. found.Values]);
    }

    /// <summary>An alternative that demands everything another demands, and more, adds no values.</summary>
    private static List<IReadOnlyList<SchemaNode>> WithoutRedundant(List<IReadOnlyList<SchemaNode>> alternatives)
    {
        var sets = alternatives.Select(nodes => nodes.Select(node => node.Id).ToHashSet()).ToList();
        return [.. alternatives.Where((_, index) => !sets.Where((other, i) => i != index && other.Count < sets[index].Count && other.IsSubsetOf(sets[index])).Any())];
    }

    /// <summary>The branches of a group that is not satisfied yet, least first; null where every group is.</summary>
    private List<SchemaNode>? OpenGroup(IReadOnlyList<SchemaNode> nodes, JsonTypes type)
    {
        var chosen = nodes.Select(node => node.Id).ToHashSet();
        List<SchemaNode>? smallest = null;
        foreach (var group in nodes.SelectMany(node => node.Any))
        {
            budget.Spend(group.Count, nodes[0].Pointer);
            if (group.Any(branch => chosen.Contains(branch.Id)))
            {
                continue;
            }

            var relevance = group.Select(branch => (Branch: branch, Relevance: Judge(branch, type))).ToList();
            if (relevance.Exists(item => item.Relevance is Relevance.SaysNothing))
            {
                continue;
            }

            List<SchemaNode> open = [.. relevance.Where(item => item.Relevance is Relevance.Constrains).Select(item => item.Branch)];
            if (smallest is null || open.Count < smallest.Count)
            {
                smallest = open;
            }
        }

        return smallest;
    }

    private static Relevance Judge(SchemaNode branch, JsonTypes type)
    {
        var closed = Conjunction.Close([branch]);
        if (closed.Any(node => (node.Types & type) == 0))
        {
            return Relevance.Forbids;
        }

        return closed.Any(node => node.Any.Count > 0 || node.Constrains(type)) ? Relevance.Constrains : Relevance.SaysNothing;
    }
}
