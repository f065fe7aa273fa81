namespace Slerp.Benchmarks.Shapes;

/// <summary>Where the heads of a small model live among those of a larger one.</summary>
/// <remarks>
/// <para>A small query head goes to a large one of the group that holds its key/value head; the ratio of query to key/value heads may grow.</para>
/// <para>Rotary pairs are half-split: pair j of the small head (columns j and h/2 + j) turns at the rate of pair j·h'/h of the large one, and goes there.</para>
/// </remarks>
/// <param name="Small">The model that is embedded.</param>
/// <param name="Large">The shape it is embedded in.</param>
internal readonly record struct HeadMap(CheckpointShape Small, CheckpointShape Large)
{
    /// <summary>What query rows are multiplied by, as scores are divided by the square root of the head size: √(h'/h).</summary>
    public float QueryScale => MathF.Sqrt((float)Large.HeadSize / Small.HeadSize);

    private int SmallGroup => Small.Heads / Small.KvHeads;

    private int LargeGroup => Large.Heads / Large.KvHeads;

    /// <summary>The small row behind row <paramref name="row"/> of the large query projection.</summary>
    public Place Query(int row)
    {
        var head = row / Large.HeadSize;
        var (group, member) = (head / LargeGroup, head % LargeGroup);
        return group < Small.KvHeads && member < SmallGroup ? InHead((group * SmallGroup) + member, row % Large.HeadSize) : Place.Elsewhere;
    }

    /// <summary>The small row behind row <paramref name="row"/> of the large key or value projection.</summary>
    public Place KeyValue(int row)
    {
        var head = row / Large.HeadSize;
        return head < Small.KvHeads ? InHead(head, row % Large.HeadSize) : Place.Elsewhere;
    }

    private Place InHead(int smallHead, int column)
    {
        var ratio = Large.HeadSize / Small.HeadSize;
        var (half, pair) = (column / (Large.HeadSize / 2), column % (Large.HeadSize / 2));
        return pair % ratio == 0
            ? new Place(IsUsedHead: true, (smallHead * Small.HeadSize) + (half * Small.HeadSize / 2) + (pair / ratio))
            : new Place(IsUsedHead: true, -1);
    }

    /// <summary>What a large row is.</summary>
    /// <param name="IsUsedHead">Whether its head holds a small one.</param>
    /// <param name="SmallRow">The small row, or -1.</param>
    internal readonly record struct Place(bool IsUsedHead, int SmallRow)
    {
        /// <summary>A row of a head that holds none.</summary>
        public static Place Elsewhere { get; } = new(IsUsedHead: false, -1);
    }
}
