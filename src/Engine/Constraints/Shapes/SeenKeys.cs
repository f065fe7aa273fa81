namespace Slerp.Engine.Constraints.Shapes;

/// <summary>The keys an open object already has: a bit per declared name, and a list of the others. An immutable value.</summary>
internal sealed class SeenKeys : IEquatable<SeenKeys>
{
    private readonly ulong[] _declared;
    private readonly OtherKey? _others;
    private readonly int _hash;

    private SeenKeys(ulong[] declared, OtherKey? others, int count, int hash)
    {
        _declared = declared;
        _others = others;
        Count = count;
        _hash = hash;
    }

    public static SeenKeys None { get; } = new([], null, 0, 17);

    public int Count { get; }

    public bool Has(int declaredIndex) => declaredIndex >> 6 < _declared.Length && (_declared[declaredIndex >> 6] >> (declaredIndex & 63) & 1) != 0;

    public bool Has(string other)
    {
        for (var key = _others; key is not null; key = key.Previous)
        {
            if (string.Equals(key.Name, other, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an undeclared name with this beginning has been seen.</summary>
    public bool HasOtherFrom(string beginning)
    {
        for (var key = _others; key is not null; key = key.Previous)
        {
            if (key.Name.StartsWith(beginning, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    public SeenKeys With(int declaredIndex)
    {
        var words = new ulong[Math.Max(_declared.Length, (declaredIndex >> 6) + 1)];
        _declared.CopyTo(words, 0);
        words[declaredIndex >> 6] |= 1UL << (declaredIndex & 63);
        return new SeenKeys(words, _others, Count + 1, _hash ^ HashCode.Combine(declaredIndex));
    }

    public SeenKeys With(string other) =>
        new(_declared, new OtherKey(other, _others), Count + 1, _hash ^ StringComparer.Ordinal.GetHashCode(other));

    public bool Equals(SeenKeys? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && Count == other.Count && _declared.AsSpan().SequenceEqual(other._declared) && SameOthers(other));

    public override bool Equals(object? obj) => Equals(obj as SeenKeys);

    public override int GetHashCode() => _hash;

    private bool SameOthers(SeenKeys other)
    {
        var (left, right) = (_others, other._others);
        while (left is not null && right is not null && !ReferenceEquals(left, right))
        {
            if (!string.Equals(left.Name, right.Name, StringComparison.Ordinal))
            {
                return false;
            }

            (left, right) = (left.Previous, right.Previous);
        }

        return ReferenceEquals(left, right);
    }

    private sealed record OtherKey(string Name, OtherKey? Previous);
}
