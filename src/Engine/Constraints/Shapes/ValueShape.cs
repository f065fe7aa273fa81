using Slerp.Engine.Constraints.Numbers;
using Slerp.Engine.Constraints.Strings;

namespace Slerp.Engine.Constraints.Shapes;

/// <summary>What one value may be, type by type, with every anyOf decided. Filled by the compiler, then never changed; shapes may refer to each other in circles.</summary>
internal sealed class ValueShape(SchemaLimits limits)
{
    /// <summary>The depth of a shape that no value has.</summary>
    public const int Never = int.MaxValue;

    public SchemaLimits Limits => limits;

    public bool AllowsNull { get; set; }

    public bool AllowsTrue { get; set; }

    public bool AllowsFalse { get; set; }

    public NumberShape? Number { get; set; }

    public IReadOnlyList<StringMatcher> Strings { get; set; } = [];

    public IReadOnlyList<ArrayShape> Arrays { get; set; } = [];

    public IReadOnlyList<ObjectShape> Objects { get; set; } = [];

    /// <summary>Containers inside each other that the least deep value needs: 0 for a scalar, <see cref="Never"/> where there is no value.</summary>
    public int MinDepth { get; set; } = Never;

    /// <summary>Bytes of a short value of that depth.</summary>
    public long WitnessBytes { get; set; }

    /// <summary>Whether a value of this shape fits inside so many open containers.</summary>
    public bool Fits(int depth) => MinDepth <= limits.ValueDepth - depth;

    /// <summary>Appends a short value.</summary>
    public void WriteWitness(int depth, List<int> symbols)
    {
        if (MinDepth == 0)
        {
            WriteScalar(symbols);
            return;
        }

        var array = Arrays.Where(shape => shape.MinDepth == MinDepth).MinBy(shape => shape.WitnessBytes);
        var @object = Objects.Where(shape => shape.MinDepth == MinDepth).MinBy(shape => shape.WitnessBytes);
        if (@object is null || array?.WitnessBytes <= @object.WitnessBytes)
        {
            symbols.Add('[');
            array!.CompleteItems(0, depth + 1, symbols);
            symbols.Add(']');
        }
        else
        {
            symbols.Add('{');
            @object.CompleteProperties(SeenKeys.None, depth + 1, symbols);
            symbols.Add('}');
        }
    }

    /// <summary>Bytes of the shortest scalar, or null where the shape has none.</summary>
    public int? ScalarBytes()
    {
        var symbols = new List<int>();
        WriteScalar(symbols);
        return symbols.Count == 0 ? null : symbols.Count;
    }

    private void WriteScalar(List<int> symbols)
    {
        var text = AllowsNull ? "null" : AllowsTrue ? "true" : AllowsFalse ? "false" : null;
        if (Number?.Witness is { } number && (text is null || number.Length < text.Length))
        {
            text = number;
        }

        var best = Strings.Select(matcher => matcher.Witness).OfType<IReadOnlyList<int>>().MinBy(witness => witness.Count);
        if (best is not null && (text is null || best.Count + 2 < text.Length))
        {
            symbols.Add('"');
            foreach (var codePoint in best)
            {
                StringText.Append(codePoint, symbols);
            }

            symbols.Add('"');
        }
        else if (text is not null)
        {
            symbols.AddRange(text.Select(c => (int)c));
        }
    }
}
