namespace Slerp.Engine.Constraints.Shapes;

/// <summary>One alternative for an array: shapes by position, then one for all further items. Immutable once solved.</summary>
internal sealed class ArrayShape(IReadOnlyList<ValueShape> prefix, ValueShape rest, int least, int? most)
{
    public int Least => least;

    public int? Most => most;

    public int MinDepth { get; set; } = ValueShape.Never;

    public long WitnessBytes { get; set; }

    public IReadOnlyList<ValueShape> Prefix => prefix;

    public ValueShape Rest => rest;

    public ValueShape Item(int index) => index < prefix.Count ? prefix[index] : rest;

    /// <summary>The count after one more item; it stops growing where more items change nothing, so that states repeat.</summary>
    public int After(int count) => most is null ? Math.Min(count + 1, Math.Max(least, prefix.Count)) : count + 1;

    /// <summary>Whether an item may follow <paramref name="count"/> others.</summary>
    public bool CanAdd(int count, int depth) => (most is null || count < most) && Item(count).Fits(depth);

    /// <summary>Appends the items that are still demanded after <paramref name="count"/> of them.</summary>
    public void CompleteItems(int count, int depth, List<int> symbols)
    {
        for (; count < least; count++)
        {
            if (count > 0)
            {
                symbols.Add(',');
            }

            Item(count).WriteWitness(depth, symbols);
        }
    }
}
