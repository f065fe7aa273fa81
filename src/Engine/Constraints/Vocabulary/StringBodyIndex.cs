using Slerp.Engine.Constraints.Strings;

namespace Slerp.Engine.Constraints.Vocabulary;

/// <summary>What every token does to a string that is open and unconstrained: stays inside it, closes it, or cannot occur. Immutable.</summary>
/// <remarks>
/// Free text inside strings is where decoding spends its time and where nearly all tokens are allowed, so this is worked out once per vocabulary.
/// Both lists are in trie order: the tokens of a subtree that is reached without leaving the string are a run of each.
/// </remarks>
internal sealed class StringBodyIndex
{
    private const ushort Outside = ushort.MaxValue;

    private readonly Func<int, ReadOnlyMemory<byte>> _bytesOf;
    private readonly ushort[] _points;
    private readonly int[] _inside;
    private readonly int[] _insideBefore;
    private readonly ushort[] _insidePoints;
    private readonly int[] _closing;
    private readonly int[] _closingBefore;
    private readonly ushort[] _closingPoints;
    private readonly int[] _closingRest;

    public StringBodyIndex(TokenTrie trie, Func<int, ReadOnlyMemory<byte>> bytesOf, int size)
    {
        _bytesOf = bytesOf;
        _points = InsidePoints(trie);
        var (inside, insidePoints, closing, closingPoints, closingRest) = (new List<int>(), new List<ushort>(), new List<int>(), new List<ushort>(), new List<int>());
        var rests = new Dictionary<string, int>(StringComparer.Ordinal);
        var restBytes = new List<(ReadOnlyMemory<byte>, int)>();
        _insideBefore = new int[trie.Numbers.Length + 1];
        _closingBefore = new int[trie.Numbers.Length + 1];
        InsideMask = new TokenMask(size);
        for (var index = 0; index < trie.Numbers.Length; index++)
        {
            var token = trie.Numbers[index];
            var bytes = bytesOf(token);
            var (end, points) = Run(bytes.Span);
            if (end == bytes.Length)
            {
                inside.Add(token);
                insidePoints.Add(points);
                InsideMask.Add(token);
            }
            else if (end >= 0)
            {
                var rest = bytes[(end + 1)..];
                var key = Convert.ToHexString(rest.Span);
                if (!rests.TryGetValue(key, out var number))
                {
                    rests[key] = number = rests.Count;
                    restBytes.Add((rest, number));
                }

                closing.Add(token);
                closingPoints.Add(points);
                closingRest.Add(number);
            }

            _insideBefore[index + 1] = inside.Count;
            _closingBefore[index + 1] = closing.Count;
        }

        (_inside, _insidePoints) = ([.. inside], [.. insidePoints]);
        (_closing, _closingPoints, _closingRest) = ([.. closing], [.. closingPoints], [.. closingRest]);
        Rests = TokenTrie.Build(restBytes);
        RestCount = rests.Count;
        RestHasQuote = [.. restBytes.Select(rest => rest.Item1.Span.Contains((byte)'"'))];
    }

    /// <summary>The tokens that stay inside from the first byte to the last.</summary>
    public TokenMask InsideMask { get; }

    /// <summary>What is left of closing tokens after the quote, as a trie of its own; the numbers are those of <see cref="ClosingRest"/>.</summary>
    public TokenTrie Rests { get; }

    public int RestCount { get; }

    /// <summary>By rest: whether it holds another quote, so that it may depend on which string was closed.</summary>
    public IReadOnlyList<bool> RestHasQuote { get; }

    /// <summary>Whether the bytes from the root to the node stay inside, ending between code points.</summary>
    public bool IsInside(int node) => _points[node] != Outside;

    /// <summary>The code points between the root and a node that is inside.</summary>
    public int Points(int node) => _points[node];

    public ReadOnlyMemory<byte> BytesOf(int token) => _bytesOf(token);

    /// <summary>Adds the tokens of an inside node's subtree that stay inside and need at most <paramref name="room"/> code points from there (a begun one counts).</summary>
    public void AddInside(TokenTrie trie, int node, int room, TokenMask into)
    {
        if (node == 0 && room >= trie.MaximumDepth)
        {
            into.AddAll(InsideMask);
            return;
        }

        var (from, to) = trie.NumbersBelow(node);
        for (var index = _insideBefore[from]; index < _insideBefore[to]; index++)
        {
            if (_insidePoints[index] - _points[node] <= room)
            {
                into.Add(_inside[index]);
            }
        }
    }

    /// <summary>The closing tokens of a subtree, as a range for the accessors below.</summary>
    public (int From, int To) Closing(TokenTrie trie, int node)
    {
        var (from, to) = trie.NumbersBelow(node);
        return (_closingBefore[from], _closingBefore[to]);
    }

    public int ClosingToken(int index) => _closing[index];

    /// <summary>Code points before the closing quote.</summary>
    public int ClosingPoints(int index) => _closingPoints[index];

    public int ClosingRest(int index) => _closingRest[index];

    /// <summary>Reads a token from inside a string: its length where it stays inside, the place of the closing quote, or -1; and the code points read.</summary>
    private static (int End, ushort Points) Run(ReadOnlySpan<byte> bytes)
    {
        var cursor = default(StringCursor);
        var points = 0;
        for (var index = 0; index < bytes.Length; index++)
        {
            var read = cursor.Advance(bytes[index], out var next);
            cursor = next;
            if (read == StringCursor.Dead)
            {
                return (-1, 0);
            }

            if (read == StringCursor.Close)
            {
                return (index, checked((ushort)points));
            }

            points += read >= 0 ? 1 : 0;
        }

        return (bytes.Length, checked((ushort)(points + (cursor.IsBody ? 0 : 1))));
    }

    private static ushort[] InsidePoints(TokenTrie trie)
    {
        var points = new ushort[trie.NodeCount];
        Array.Fill(points, Outside);
        points[0] = 0;
        var cursors = new StringCursor[trie.MaximumDepth + 1];
        var counts = new ushort[trie.MaximumDepth + 1];
        for (var node = 1; node < trie.NodeCount;)
        {
            var depth = trie.Depth(node);
            var read = cursors[depth - 1].Advance(trie.Label(node), out cursors[depth]);
            if (read is StringCursor.Dead or StringCursor.Close)
            {
                node = trie.End(node);
                continue;
            }

            counts[depth] = checked((ushort)(counts[depth - 1] + (read >= 0 ? 1 : 0)));
            points[node] = cursors[depth].IsBody ? counts[depth] : Outside;
            node++;
        }

        return points;
    }
}
