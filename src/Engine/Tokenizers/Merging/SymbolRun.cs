namespace Slerp.Engine.Tokenizers.Merging;

/// <summary>The symbols of one piece while they are joined, and the room to do it in.</summary>
/// <remarks>One per encoding call, reused for every piece: a text allocates no more than its longest piece needs.</remarks>
/// <param name="cancellation">Asked now and then while a long piece is joined.</param>
internal sealed class SymbolRun(CancellationToken cancellation = default)
{
    // Below this a plain scan for the best pair is faster than a queue; words are nearly always shorter.
    private const int ScanLimit = 48;

    // A power of two: so many steps of a long piece take far less than a millisecond.
    private const int StepsPerLook = 1024;

    private readonly PriorityQueue<Candidate, ulong> queue = new();
    private int[] ids = new int[64];
    private int[] lengths = new int[64];
    private int[] ranks = new int[64];
    private int[] results = new int[64];
    private char[] spelling = [];

    /// <summary>How many symbols there are.</summary>
    public int Count { get; private set; }

    /// <summary>The tokens of the symbols.</summary>
    public ReadOnlySpan<int> Ids => ids.AsSpan(0, Count);

    /// <summary>How many UTF-16 units each symbol stands for.</summary>
    public ReadOnlySpan<int> Lengths => lengths.AsSpan(0, Count);

    /// <summary>Begins a new piece.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a symbol.</summary>
    public void Add(int id, int length)
    {
        if (Count == ids.Length)
        {
            Array.Resize(ref ids, Count * 2);
            Array.Resize(ref lengths, Count * 2);
            Array.Resize(ref ranks, Count * 2);
            Array.Resize(ref results, Count * 2);
        }

        ids[Count] = id;
        lengths[Count++] = length;
    }

    /// <summary>Adds to the length of the last symbol.</summary>
    public void Extend(int length) => lengths[Count - 1] += length;

    /// <summary>Room for the spelling of a piece.</summary>
    public Span<char> RentSpelling(int length)
    {
        if (spelling.Length < length)
        {
            spelling = new char[Math.Max(length, spelling.Length * 2)];
        }

        return spelling;
    }

    /// <summary>Joins pairs, lowest rank first and leftmost among equals, until no rule applies.</summary>
    public void Join(MergeTable merges)
    {
        if (Count <= ScanLimit)
        {
            JoinByScan(merges);
        }
        else
        {
            JoinByQueue(merges);
        }
    }

    private void JoinByScan(MergeTable merges)
    {
        for (var i = 0; i + 1 < Count; i++)
        {
            ranks[i] = merges.RankOf(ids[i], ids[i + 1], out results[i]);
        }

        while (Count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < Count; i++)
            {
                best = ranks[i] < ranks[best] ? i : best;
            }

            if (ranks[best] == MergeTable.Never)
            {
                return;
            }

            ids[best] = results[best];
            lengths[best] += lengths[best + 1];
            RemoveAfter(best);
            if (best > 0)
            {
                ranks[best - 1] = merges.RankOf(ids[best - 1], ids[best], out results[best - 1]);
            }

            if (best + 1 < Count)
            {
                ranks[best] = merges.RankOf(ids[best], ids[best + 1], out results[best]);
            }
        }
    }

    private void RemoveAfter(int index)
    {
        var tail = Count - index - 2;
        Count--;
        Array.Copy(ids, index + 2, ids, index + 1, tail);
        Array.Copy(lengths, index + 2, lengths, index + 1, tail);
        Array.Copy(ranks, index + 2, ranks, index + 1, tail);
        Array.Copy(results, index + 2, results, index + 1, tail);
    }

    /// <summary>O(n log n): a linked list of symbols and a queue of candidate pairs, stale candidates skipped.</summary>
    /// <remarks>Here <c>ranks</c> holds the next and <c>results</c> the previous symbol; a joined-away symbol has id -1.</remarks>
    private void JoinByQueue(MergeTable merges)
    {
        var next = ranks;
        var previous = results;
        queue.Clear();
        for (var i = 0; i < Count; i++)
        {
            next[i] = i + 1 < Count ? i + 1 : -1;
            previous[i] = i - 1;
            Look(i);
            Offer(merges, i, next[i]);
        }

        for (var step = 0; queue.TryDequeue(out var candidate, out var key); step++)
        {
            Look(step);
            var left = (int)(uint)key;
            var right = next[left];
            if (ids[left] != candidate.Left || right < 0 || ids[right] != candidate.Right)
            {
                continue;
            }

            ids[left] = candidate.Result;
            lengths[left] += lengths[right];
            ids[right] = -1;
            next[left] = next[right];
            if (next[right] >= 0)
            {
                previous[next[right]] = left;
            }

            Offer(merges, previous[left], left);
            Offer(merges, left, next[left]);
        }

        Compact(next);
    }

    private void Look(int step)
    {
        if ((step & (StepsPerLook - 1)) == 0)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private void Offer(MergeTable merges, int left, int right)
    {
        if (left < 0 || right < 0)
        {
            return;
        }

        var rank = merges.RankOf(ids[left], ids[right], out var result);
        if (rank != MergeTable.Never)
        {
            queue.Enqueue(new Candidate(ids[left], ids[right], result), ((ulong)(uint)rank << 32) | (uint)left);
        }
    }

    private void Compact(int[] next)
    {
        var kept = 0;
        for (var i = 0; i >= 0; i = next[i])
        {
            ids[kept] = ids[i];
            lengths[kept++] = lengths[i];
        }

        Count = kept;
    }

    private readonly record struct Candidate(int Left, int Right, int Result);
}
