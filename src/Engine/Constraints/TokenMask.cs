using System.Numerics;

namespace Slerp.Engine.Constraints;

/// <summary>Which token ids of a vocabulary may come next: a bit set. Immutable once handed out, thread-safe.</summary>
internal sealed class TokenMask
{
    private readonly ulong[] _words;

    public TokenMask(int size)
    {
        Size = size;
        _words = new ulong[(size + 63) / 64];
    }

    /// <summary>Token ids covered; ids at and above it are not allowed.</summary>
    public int Size { get; }

    /// <summary>Memory held.</summary>
    public long Bytes => (_words.Length * 8L) + 32;

    /// <summary>How many ids are allowed.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in _words)
            {
                count += BitOperations.PopCount(word);
            }

            return count;
        }
    }

    /// <summary>The bits, 64 ids per word, lowest id in the lowest bit.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    /// <summary>Whether an id may come next; false for ids outside the vocabulary.</summary>
    public bool Allows(int token) => (uint)token < (uint)Size && (_words[token >> 6] >> (token & 63) & 1) != 0;

    /// <summary>Sets the logits of all other ids to negative infinity.</summary>
    /// <param name="logits">One row, which may be longer than the vocabulary.</param>
    public void Apply(Span<float> logits)
    {
        var covered = Math.Min(logits.Length, Size);
        for (var (word, start) = (0, 0); start < covered; word++, start += 64)
        {
            var bits = _words[word];
            if (bits == ulong.MaxValue)
            {
                continue;
            }

            var row = logits[start..Math.Min(start + 64, covered)];
            if (bits == 0)
            {
                row.Fill(float.NegativeInfinity);
                continue;
            }

            for (var bit = 0; bit < row.Length; bit++)
            {
                if ((bits >> bit & 1) == 0)
                {
                    row[bit] = float.NegativeInfinity;
                }
            }
        }

        logits[covered..].Fill(float.NegativeInfinity);
    }

    internal void Add(int token) => _words[token >> 6] |= 1UL << (token & 63);

    internal void Add(ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            Add(token);
        }
    }

    internal void AddAll(TokenMask other)
    {
        for (var word = 0; word < _words.Length; word++)
        {
            _words[word] |= other._words[word];
        }
    }
}
