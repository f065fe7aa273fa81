using System.Numerics;

namespace Slerp.Engine.Templates.Jinja;

/// <summary>What a generator filter (map, select, …) returns: it can be walked once, has no length and no index, and is always true.</summary>
internal sealed class GeneratorValue(IReadOnlyList<JinjaValue> items) : JinjaValue
{
    private IReadOnlyList<JinjaValue> remaining = items;

    public override string TypeName => "generator";

    public override bool IsTrue => true;

    public IReadOnlyList<JinjaValue> Take()
    {
        var taken = remaining;
        remaining = [];
        return taken;
    }
}

/// <summary>The keys, values or items of a mapping: can be walked and counted, not indexed.</summary>
internal sealed class ViewValue(string typeName, IReadOnlyList<JinjaValue> items) : JinjaValue
{
    public IReadOnlyList<JinjaValue> Items { get; } = items;

    public override string TypeName => typeName;

    public override bool IsTrue => Items.Count > 0;
}

/// <summary>Python's range, of at most <see cref="MaximumCount"/> numbers.</summary>
internal sealed class RangeValue(BigInteger start, BigInteger stop, BigInteger step, int count) : JinjaValue
{
    /// <summary>The sandbox's own limit.</summary>
    public const int MaximumCount = 100_000;

    public BigInteger Start => start;

    public BigInteger Stop => stop;

    public BigInteger Step => step;

    public int Count => count;

    public override string TypeName => "range";

    public override bool IsTrue => count > 0;

    public JinjaValue this[int index] => new IntegerValue(start + (step * index));
}

/// <summary>Attributes a template may set: namespace(…), cycler and joiner keep their state in one.</summary>
internal sealed class NamespaceValue : JinjaValue
{
    public Dictionary<string, JinjaValue> Attributes { get; } = new(StringComparer.Ordinal);

    public override string TypeName => "Namespace";

    public override bool IsTrue => true;
}
