namespace Slerp.Engine.Drafting.TokenRecycling;

/// <summary>For each token the k most likely successors last seen in any forward pass. Source: Luo et al. 2024 (2408.08696).</summary>
/// <remarks>
/// <para>An overlay of rows over an optional read-only table: a conversation never writes into what others read, so one user's text cannot show in
/// another's drafts. Rows are made when first written: at most 4·V·k bytes, the index among them, so that the last V/k tokens of a whole vocabulary
/// find no place.</para>
/// <para>Empty entries are -1 and end a row; a row never written has no successors. Engine thread only.</para>
/// </remarks>
internal sealed class SuccessorTable
{
    /// <summary>Marks an empty entry.</summary>
    public const int Empty = -1;

    private readonly SuccessorTable? _shared;
    private readonly int[] _rowOf;
    private int[] _entries = [];
    private int _rowCount;

    /// <summary>Creates an empty table.</summary>
    /// <param name="vocabularySize">V.</param>
    /// <param name="width">k.</param>
    /// <param name="shared">What is read where nothing was written; never changed through this table. May be null.</param>
    public SuccessorTable(int vocabularySize, int width, SuccessorTable? shared = null)
    {
        Width = width;
        _shared = shared;
        _rowOf = new int[vocabularySize];
    }

    /// <summary>k.</summary>
    public int Width { get; }

    /// <summary>V.</summary>
    public int VocabularySize => _rowOf.Length;

    /// <summary>Rows written.</summary>
    public int RowCount => _rowCount;

    /// <summary>Bytes of the overlay.</summary>
    public long Bytes => sizeof(int) * ((long)_rowOf.Length + _entries.Length);

    private int MaxRows => VocabularySize - ((VocabularySize + Width - 1) / Width);

    /// <summary>The successors of a token, likeliest first; shorter than k where fewer are known.</summary>
    public ReadOnlySpan<int> Successors(int token)
    {
        if ((uint)token >= (uint)_rowOf.Length)
        {
            return [];
        }

        if (_rowOf[token] == 0)
        {
            return _shared is null ? [] : _shared.Successors(token);
        }

        var row = _entries.AsSpan((_rowOf[token] - 1) * Width, Width);
        var end = row.IndexOf(Empty);
        return end < 0 ? row : row[..end];
    }

    /// <summary>Replaces the row of a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="successors">Its successors, distinct, at most k.</param>
    public void Write(int token, ReadOnlySpan<int> successors)
    {
        var row = RowForWriting(token);
        row.Fill(Empty);
        successors[..Math.Min(successors.Length, row.Length)].CopyTo(row);
    }

    /// <summary>Puts a successor first, keeping the others in order: what a text itself shows.</summary>
    public void Promote(int token, int successor)
    {
        if ((uint)token >= (uint)_rowOf.Length || (uint)successor >= (uint)_rowOf.Length)
        {
            return;
        }

        Span<int> known = stackalloc int[Width];
        var before = Successors(token);
        before.CopyTo(known);
        known = known[..before.Length];
        var place = known.IndexOf(successor);
        if (place == 0)
        {
            return;
        }

        var row = RowForWriting(token);
        if (row.IsEmpty)
        {
            return;
        }

        row.Fill(Empty);
        row[0] = successor;
        var next = 1;
        foreach (var other in known)
        {
            if (other != successor && next < Width)
            {
                row[next++] = other;
            }
        }
    }

    /// <summary>A copy that goes its own way, over the same read-only table.</summary>
    public SuccessorTable Fork()
    {
        var fork = new SuccessorTable(VocabularySize, Width, _shared) { _entries = _entries[..(_rowCount * Width)], _rowCount = _rowCount };
        _rowOf.CopyTo(fork._rowOf, 0);
        return fork;
    }

    // Empty where the table is full, or the token none of the vocabulary: a placeholder of an image, say.
    private Span<int> RowForWriting(int token)
    {
        if ((uint)token >= (uint)_rowOf.Length || (_rowOf[token] == 0 && _rowCount == MaxRows))
        {
            return [];
        }

        if (_rowOf[token] == 0)
        {
            if ((_rowCount + 1) * Width > _entries.Length)
            {
                Array.Resize(ref _entries, Math.Min(MaxRows * Width, Math.Max(_entries.Length * 2, 64 * Width)));
            }

            _rowOf[token] = ++_rowCount;
        }

        return _entries.AsSpan((_rowOf[token] - 1) * Width, Width);
    }
}
