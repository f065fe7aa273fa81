namespace Slerp.Engine.Constraints.Vocabulary;

/// <summary>Byte strings with numbers, as a trie laid out in preorder: a subtree is one run of nodes, and its numbers one run of numbers. Immutable.</summary>
internal sealed class TokenTrie
{
    private readonly byte[] _labels;
    private readonly ushort[] _depths;
    private readonly int[] _ends;
    private readonly int[] _firstNumbers;
    private readonly int[] _numbers;

    private TokenTrie(byte[] labels, ushort[] depths, int[] ends, int[] firstNumbers, int[] numbers)
    {
        _labels = labels;
        _depths = depths;
        _ends = ends;
        _firstNumbers = firstNumbers;
        _numbers = numbers;
        foreach (var depth in depths)
        {
            MaximumDepth = Math.Max(MaximumDepth, depth);
        }
    }

    public int NodeCount => _labels.Length;

    /// <summary>Length of the longest byte string.</summary>
    public int MaximumDepth { get; }

    /// <summary>All numbers in the order of their byte strings.</summary>
    public ReadOnlySpan<int> Numbers => _numbers;

    /// <summary>Builds the trie of some byte strings, each with its number. Strings longer than 65,535 bytes are not possible.</summary>
    public static TokenTrie Build(IReadOnlyList<(ReadOnlyMemory<byte> Bytes, int Number)> entries)
    {
        var order = entries.ToArray();
        Array.Sort(order, static (left, right) => left.Bytes.Span.SequenceCompareTo(right.Bytes.Span) is var byBytes && byBytes != 0 ? byBytes : left.Number.CompareTo(right.Number));
        var labels = new List<byte> { 0 };
        var depths = new List<ushort> { 0 };
        var ends = new List<int> { 0 };
        var firstNumbers = new List<int> { 0 };
        var numbers = new int[order.Length];
        var open = new List<int> { 0 };
        for (var index = 0; index < order.Length; index++)
        {
            var bytes = order[index].Bytes.Span;
            var shared = index == 0 ? 0 : order[index - 1].Bytes.Span.CommonPrefixLength(bytes);
            for (var depth = open.Count - 1; depth > shared; depth--)
            {
                ends[open[depth]] = labels.Count;
                open.RemoveAt(depth);
            }

            for (var depth = shared; depth < bytes.Length; depth++)
            {
                open.Add(labels.Count);
                labels.Add(bytes[depth]);
                depths.Add(checked((ushort)(depth + 1)));
                ends.Add(0);
                firstNumbers.Add(index);
            }

            numbers[index] = order[index].Number;
        }

        foreach (var node in open)
        {
            ends[node] = labels.Count;
        }

        firstNumbers.Add(order.Length);
        return new TokenTrie([.. labels], [.. depths], [.. ends], [.. firstNumbers], numbers);
    }

    public byte Label(int node) => _labels[node];

    public int Depth(int node) => _depths[node];

    /// <summary>One past the last node of the subtree; the next sibling, if there is one.</summary>
    public int End(int node) => _ends[node];

    /// <summary>The numbers of the strings that end at the node.</summary>
    public ReadOnlySpan<int> NumbersAt(int node) => _numbers.AsSpan(_firstNumbers[node], _firstNumbers[node + 1] - _firstNumbers[node]);

    /// <summary>The place of the subtree's numbers in <see cref="Numbers"/>.</summary>
    public (int From, int To) NumbersBelow(int node) => (_firstNumbers[node], _firstNumbers[_ends[node]]);

    /// <summary>The child with a label, or -1.</summary>
    public int Child(int node, byte label)
    {
        for (var child = node + 1; child < _ends[node]; child = _ends[child])
        {
            if (_labels[child] == label)
            {
                return child;
            }
        }

        return -1;
    }
}
