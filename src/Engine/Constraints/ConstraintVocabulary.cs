using Slerp.Engine.Constraints.Frames;
using Slerp.Engine.Constraints.Vocabulary;

namespace Slerp.Engine.Constraints;

/// <summary>A tokenizer's vocabulary as constraints see it: tokens as bytes, special tokens, end tokens; and the masks worked out so far.</summary>
/// <remarks>
/// One per tokenizer, shared by all its constraints. Masks are kept by state value, least recently used first out, within a bound on bytes.
/// Not thread-safe: the engine's thread uses it. Building it takes about a second per 150,000 tokens.
/// </remarks>
internal sealed class ConstraintVocabulary
{
    /// <summary>Longer tokens (runs of blanks, as a rule) are not allowed under a constraint; free text does without them too.</summary>
    private const int LongestToken = 1_024;

    private readonly ReadOnlyMemory<byte>[] _bytes;
    private readonly HashSet<int> _specials;
    private readonly HashSet<int> _ends;
    private readonly TokenTrie _trie;
    private readonly MaskWalker _walker;
    private readonly MaskCache _cache;
    private readonly int _threads;

    /// <param name="size">Number of token ids.</param>
    /// <param name="bytesOf">The bytes of a token; empty where it stands for none.</param>
    /// <param name="specialTokens">Tokens that are not text: allowed only where a grammar names them, and in free text.</param>
    /// <param name="endTokens">Tokens that end the answer: allowed only where it is complete.</param>
    /// <param name="cacheBytes">Most memory for kept masks.</param>
    /// <param name="threads">Most readings of one text.</param>
    public ConstraintVocabulary(
        int size,
        Func<int, ReadOnlyMemory<byte>> bytesOf,
        IEnumerable<int> specialTokens,
        IEnumerable<int> endTokens,
        long cacheBytes = 64L << 20,
        int threads = 256)
    {
        Size = size;
        _threads = threads;
        _ends = [.. endTokens];
        _specials = [.. specialTokens.Except(_ends)];
        _bytes = new ReadOnlyMemory<byte>[size];
        var entries = new List<(ReadOnlyMemory<byte>, int)>();
        for (var token = 0; token < size; token++)
        {
            if (_ends.Contains(token) || _specials.Contains(token))
            {
                continue;
            }

            var bytes = bytesOf(token);
            if (bytes.Length is > 0 and <= LongestToken)
            {
                _bytes[token] = bytes;
                entries.Add((bytes, token));
            }
        }

        _trie = TokenTrie.Build(entries);
        _walker = new MaskWalker(_trie, new StringBodyIndex(_trie, token => _bytes[token], size), threads);
        _cache = new MaskCache(cacheBytes);
    }

    /// <summary>Number of token ids.</summary>
    public int Size { get; }

    /// <summary>A token that ends the answer; null where there is none.</summary>
    public int? EndToken => _ends.Count > 0 ? _ends.Min() : null;

    /// <summary>Masks asked for, and how many of these had to be worked out.</summary>
    public (long Asked, long Computed) MaskCounts => (_cache.Asked, _cache.Computed);

    /// <summary>Memory held by kept masks.</summary>
    public long MaskBytes => _cache.Bytes;

    /// <summary>The state after a token, or null where it is not allowed; ids outside the vocabulary never are.</summary>
    public ConstraintState? Next(ConstraintState state, int token)
    {
        if ((uint)token >= (uint)Size)
        {
            return null;
        }

        if (_ends.Contains(token))
        {
            return state.IsComplete ? ConstraintState.Ended : null;
        }

        var scratch = new FrameSink(_threads);
        if (_specials.Contains(token))
        {
            return state.Next(Frame.FirstSpecial + token, scratch);
        }

        var bytes = _bytes[token].Span;
        var current = bytes.Length == 0 ? null : state;
        for (var index = 0; index < bytes.Length && current is not null; index++)
        {
            current = current.Next(bytes[index], scratch);
        }

        return current;
    }

    /// <summary>Bytes of a token before what is bound to a form begins in it; below 0 where that began in tokens before. A token without bytes has none.</summary>
    /// <param name="state">The state before it, which is free.</param>
    /// <param name="token">The token.</param>
    public int FreeBytes(ConstraintState state, int token)
    {
        var scratch = new FrameSink(_threads);
        var bytes = _bytes[token].Span;
        for (var index = 0; index < bytes.Length; index++)
        {
            var next = state.Next(bytes[index], scratch);
            if (next is not { IsFreeText: true })
            {
                return index - state.TriggerLength;
            }

            state = next;
        }

        return bytes.Length;
    }

    /// <summary>The tokens that may come next. Empty only where the vocabulary cannot spell what is demanded.</summary>
    public TokenMask Allowed(ConstraintState state) => _cache.GetOrAdd(state.ForMask(_trie.MaximumDepth), Compute);

    /// <summary>Tokens that complete the text, nearly as few as possible.</summary>
    /// <exception cref="ConstraintException">The vocabulary cannot spell it.</exception>
    public IReadOnlyList<int> Completion(ConstraintState state)
    {
        var symbols = state.Completion();
        var tokens = new List<int>();
        for (var position = 0; position < symbols.Count;)
        {
            var (token, length) = Longest(symbols, position);
            tokens.Add(token);
            position += length;
        }

        return tokens;
    }

    private (int Token, int Length) Longest(IReadOnlyList<int> symbols, int position)
    {
        if (symbols[position] >= Frame.FirstSpecial)
        {
            return (symbols[position] - Frame.FirstSpecial, 1);
        }

        var (best, length) = (-1, 0);
        var node = 0;
        for (var index = position; index < symbols.Count && symbols[index] < Frame.FirstSpecial; index++)
        {
            node = _trie.Child(node, (byte)symbols[index]);
            if (node < 0)
            {
                break;
            }

            if (_trie.NumbersAt(node) is [var token, ..])
            {
                (best, length) = (token, index - position + 1);
            }
        }

        return best >= 0
            ? (best, length)
            : throw new ConstraintException(ConstraintFailure.LimitExceeded, "", null, $"the vocabulary has no token that begins with byte 0x{symbols[position]:X2}.");
    }

    private TokenMask Compute(ConstraintState state)
    {
        var mask = new TokenMask(Size);
        if (state.IsComplete)
        {
            mask.Add([.. _ends.Where(token => token < Size)]);
        }

        foreach (var reading in state.Readings)
        {
            // Inside strings a mask is worth keeping by itself: the same one occurs beside different other readings.
            if (state.Readings.Count > 1 && reading is StringFrame)
            {
                mask.AddAll(_cache.GetOrAdd(reading, ComputeReading));
            }
            else
            {
                _walker.Walk(reading, mask);
            }

            AddSpecials(reading, mask);
        }

        return mask;
    }

    private TokenMask ComputeReading(Frame reading)
    {
        var mask = new TokenMask(Size);
        _walker.Walk(reading, mask);
        return mask;
    }

    private void AddSpecials(Frame reading, TokenMask mask)
    {
        var symbols = new List<int>();
        if (reading.CollectSpecials(symbols))
        {
            // All but what leads to nothing.
            var sink = new FrameSink(_threads);
            foreach (var token in _specials.Where(token => token < Size))
            {
                sink.Clear();
                reading.Step(Frame.FirstSpecial + token, sink);
                if (sink.Count > 0)
                {
                    mask.Add(token);
                }
            }
        }

        foreach (var symbol in symbols)
        {
            // A grammar may name an end token too; it still only ends the text.
            if (_specials.Contains(symbol - Frame.FirstSpecial) && symbol - Frame.FirstSpecial < Size)
            {
                mask.Add(symbol - Frame.FirstSpecial);
            }
        }
    }
}
