using System.Text;
using Slerp.Engine.Constraints.Grammars;

namespace Slerp.Engine;

/// <summary>Grammars compiled lately: an application asks for the same few forms again and again, and then compiles nothing and finds its masks.</summary>
/// <remarks>Masks are kept by state, and states belong to a grammar: two compilations of one schema share none. The least recently used goes first. Thread-safe.</remarks>
/// <param name="capacity">Most grammars.</param>
internal sealed class GrammarMemory(int capacity)
{
    /// <summary>Forms described at greater length are compiled anew: what a grammar holds grows with its schemas.</summary>
    private const int LongestKey = 65_536;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, Grammar Grammar)>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, Grammar Grammar)> _order = new();

    /// <summary>As <see cref="OutputGrammar.For"/>, the same object for the same form while it is remembered.</summary>
    /// <param name="form">The form.</param>
    /// <param name="mark">How its calls begin.</param>
    /// <param name="reasoning">How its reasoning is marked; null where the model has no such marks.</param>
    /// <exception cref="ConstraintException">A schema asks for what cannot be kept; nothing is remembered.</exception>
    public Grammar? For(OutputForm form, CallMark mark, ReasoningMark? reasoning = null)
    {
        if (form is OutputForm.FreeText || KeyOf(form, mark, reasoning) is not { } key)
        {
            return OutputGrammar.For(form, mark, reasoning);
        }

        return Find(key) ?? (OutputGrammar.For(form, mark, reasoning) is { } made ? Add(key, made) : null);
    }

    private Grammar? Find(string key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var node))
            {
                return null;
            }

            _order.Remove(node);
            _order.AddFirst(node);
            return node.Value.Grammar;
        }
    }

    // Two requests may have compiled at once: the first one's grammar stays, so that both share states.
    private Grammar Add(string key, Grammar made)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var known))
            {
                return known.Value.Grammar;
            }

            _entries.Add(key, _order.AddFirst((key, made)));
            if (_order.Count > capacity)
            {
                _entries.Remove(_order.Last!.Value.Key);
                _order.RemoveLast();
            }

            return made;
        }
    }

    // Everything a grammar is made from, each part with its length before it, so that no two forms read alike.
    private static string? KeyOf(OutputForm form, CallMark mark, ReasoningMark? reasoning)
    {
        var key = new StringBuilder();
        Append(key, mark.ToString());
        Append(key, reasoning?.ToString() ?? "");
        return Describe(key, form) && key.Length <= LongestKey ? key.ToString() : null;
    }

    private static bool Describe(StringBuilder key, OutputForm form)
    {
        switch (form)
        {
            case OutputForm.FreeText:
                Append(key, "text");
                return true;
            case OutputForm.TextWithoutCalls text:
                Append(key, "no calls");
                Append(key, text.Syntax.ToString());
                return true;
            case OutputForm.Json json:
                Append(key, "json");
                Append(key, json.Schema.GetRawText());
                return true;
            case OutputForm.ToolCalls calls:
                Append(key, "calls");
                Append(key, calls.Syntax.ToString());
                key.Append(calls.MaxCalls).Append(':').Append(calls.Tools.Count).Append(':');
                foreach (var tool in calls.Tools)
                {
                    Append(key, tool.Name);
                    Append(key, tool.Parameters.ValueKind == System.Text.Json.JsonValueKind.Undefined ? "" : tool.Parameters.GetRawText());
                }

                return calls.Otherwise is null || Describe(key, calls.Otherwise);
            default:
                return false;
        }
    }

    private static void Append(StringBuilder key, string part) => key.Append(part.Length).Append(':').Append(part);
}
