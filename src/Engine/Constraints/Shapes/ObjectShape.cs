using System.Globalization;
using Slerp.Engine.Constraints.Strings;

namespace Slerp.Engine.Constraints.Shapes;

/// <summary>One alternative for an object: a shape per declared name, one for all other names. Immutable once solved.</summary>
/// <param name="names">The declared and required names, sorted.</param>
/// <param name="children">Their values' shapes, in that order.</param>
/// <param name="required">Which of them must occur.</param>
/// <param name="additional">The shape of values under other names.</param>
/// <param name="least">Fewest properties.</param>
/// <param name="most">Most properties, or null.</param>
internal sealed class ObjectShape(
    LiteralSet names,
    IReadOnlyList<ValueShape> children,
    IReadOnlyList<bool> required,
    ValueShape additional,
    int least,
    int? most)
{
    public LiteralSet Names => names;

    public IReadOnlyList<ValueShape> Children => children;

    public ValueShape Additional => additional;

    public int Least => least;

    public int? Most => most;

    public int RequiredCount { get; } = required.Count(flag => flag);

    public int MinDepth { get; set; } = ValueShape.Never;

    public long WitnessBytes { get; set; }

    public bool IsRequired(int index) => required[index];

    /// <summary>Whether there is room for a property that is not required.</summary>
    public bool HasRoom(SeenKeys seen, int missing) => most is not { } limit || limit - seen.Count > missing;

    /// <summary>Whether the declared name may be the next key.</summary>
    public bool Allows(int index, SeenKeys seen, int missing, int depth) =>
        !seen.Has(index) && children[index].Fits(depth) && (required[index] || HasRoom(seen, missing));

    /// <summary>Whether a name that is not declared may be the next key.</summary>
    public bool AllowsOther(SeenKeys seen, int missing, int depth) => additional.Fits(depth) && HasRoom(seen, missing);

    /// <summary>The first declared name of [from, to) that may be the next key, or -1.</summary>
    public int FirstAllowed(int from, int to, SeenKeys seen, int missing, int depth)
    {
        for (var index = from; index < to; index++)
        {
            if (Allows(index, seen, missing, depth))
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>Appends the properties that are still demanded.</summary>
    public void CompleteProperties(SeenKeys seen, int depth, List<int> symbols)
    {
        for (var index = 0; index < children.Count; index++)
        {
            if (required[index] && !seen.Has(index))
            {
                seen = WriteDeclared(index, seen, depth, symbols);
            }
        }

        if (seen.Count >= least)
        {
            return;
        }

        var optional = Enumerable.Range(0, children.Count).Where(index => !seen.Has(index) && children[index].Fits(depth)).OrderBy(index => children[index].WitnessBytes);
        foreach (var index in optional.Take(least - seen.Count).ToList())
        {
            seen = WriteDeclared(index, seen, depth, symbols);
        }

        for (var number = 0; seen.Count < least; number++)
        {
            var name = "p" + number.ToString(CultureInfo.InvariantCulture);
            if (!seen.Has(name) && !IsDeclared(name))
            {
                WriteKey(LiteralSet.ToCodePoints(name), seen, symbols);
                additional.WriteWitness(depth, symbols);
                seen = seen.With(name);
            }
        }
    }

    /// <summary>Whether the name is a declared one.</summary>
    public bool IsDeclared(string name)
    {
        var (from, to) = (0, names.Count);
        var codePoints = LiteralSet.ToCodePoints(name);
        for (var depth = 0; depth < codePoints.Length; depth++)
        {
            (from, to) = names.Narrow(from, to, depth, codePoints[depth]);
        }

        return names.EndsAt(from, to, codePoints.Length);
    }

    private SeenKeys WriteDeclared(int index, SeenKeys seen, int depth, List<int> symbols)
    {
        WriteKey(names[index], seen, symbols);
        children[index].WriteWitness(depth, symbols);
        return seen.With(index);
    }

    private static void WriteKey(IReadOnlyList<int> name, SeenKeys seen, List<int> symbols)
    {
        if (seen.Count > 0)
        {
            symbols.Add(',');
        }

        symbols.Add('"');
        foreach (var codePoint in name)
        {
            StringText.Append(codePoint, symbols);
        }

        symbols.Add('"');
        symbols.Add(':');
    }
}
