namespace Slerp.Engine.Tokenizers.Merging;

/// <summary>Which neighbouring tokens join, in which order, and what they become.</summary>
/// <remarks>Immutable once built.</remarks>
internal sealed class MergeTable(int capacity)
{
    /// <summary>The rank of a pair that never joins.</summary>
    public const int Never = int.MaxValue;

    private readonly Dictionary<Pair, Merge> merges = new(capacity);

    /// <summary>Adds a rule; a later rule for the same pair replaces the earlier one.</summary>
    public void Add(int left, int right, int rank, int result) => merges[new Pair(left, right)] = new Merge(rank, result);

    /// <summary>The rank of a pair, lower first, and its result; <see cref="Never"/> if the pair does not join.</summary>
    public int RankOf(int left, int right, out int result)
    {
        if (merges.TryGetValue(new Pair(left, right), out var merge))
        {
            result = merge.Result;
            return merge.Rank;
        }

        result = -1;
        return Never;
    }

    private readonly record struct Merge(int Rank, int Result);

    private readonly struct Pair(int left, int right) : IEquatable<Pair>
    {
        private readonly int left = left;
        private readonly int right = right;

        public bool Equals(Pair other) => left == other.left && right == other.right;

        public override bool Equals(object? obj) => obj is Pair other && Equals(other);

        // Seeded per process: a file cannot choose pairs that collide.
        public override int GetHashCode() => HashCode.Combine(left, right);
    }
}
