namespace Slerp.Engine.Templates.Jinja;

/// <summary>The items of a loop. A loop with a condition tests an item only when it is about to be used, since its body may change what
/// the condition sees; asking for the next item or the length tests ahead, as in Jinja.</summary>
internal sealed class LoopSource(IReadOnlyList<JinjaValue> candidates, Func<JinjaValue, bool>? condition)
{
    private readonly List<JinjaValue> kept = [];
    private int tested;

    /// <summary>How many items the loop visits in all.</summary>
    public int Count
    {
        get
        {
            Has(int.MaxValue);
            return condition is null ? candidates.Count : kept.Count;
        }
    }

    public JinjaValue this[int index] => condition is null ? candidates[index] : kept[index];

    public bool Has(int index)
    {
        if (condition is null)
        {
            return index < candidates.Count;
        }

        while (kept.Count <= index && tested < candidates.Count)
        {
            var candidate = candidates[tested++];
            if (condition(candidate))
            {
                kept.Add(candidate);
            }
        }

        return index < kept.Count;
    }
}
