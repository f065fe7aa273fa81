namespace Slerp.Engine.Drafting.TokenRecycling;

/// <summary>Successor tables by scope, over one warm table that all read and nobody writes.</summary>
/// <remarks>
/// <para>A conversation is a chain of requests of one tenant, each of which begins with all tokens of the one before. Its table is kept with the finished
/// tokens, copied by each request that goes on from them (two branches at once do not see each other), and replaced by what the first of them to finish
/// has learned: one table a conversation; a later branch starts anew. Where there are too many, a tenant makes room by its own first: the one with
/// the most tables loses the least lately used of them.</para>
/// <para>Engine thread only, but for <see cref="Warm"/>.</para>
/// </remarks>
internal sealed class RecyclingMemory
{
    // Heuristics: of a tenant as many conversations as prefixes are kept by default; in all never more than a small model's worth of memory.
    private const int MostOfTenant = 32;
    private const int MostKept = 256;
    private const long MostKeptBytes = 64 << 20;

    private readonly int _vocabularySize;
    private readonly RecyclingScope _scope;
    private readonly List<Kept> _kept = [];
    private SuccessorTable? _warm;

    /// <summary>Creates the memory of an engine.</summary>
    /// <param name="vocabularySize">V.</param>
    /// <param name="scope">Who shares a table.</param>
    public RecyclingMemory(int vocabularySize, RecyclingScope scope)
    {
        _vocabularySize = vocabularySize;
        _scope = scope;
    }

    /// <summary>What every new table reads where it has no row of its own; null until there is one, and not written any more once it is set. Any thread.</summary>
    public SuccessorTable? Warm
    {
        get => Volatile.Read(ref _warm);
        set => Volatile.Write(ref _warm, value);
    }

    /// <summary>Bytes of what is kept for requests to come: tables, and the tokens they are found by.</summary>
    public long KeptBytes => _kept.Sum(static kept => kept.Table.Bytes + (sizeof(int) * (long)kept.Tokens.Length));

    /// <summary>The table of a request.</summary>
    /// <param name="tenant">Whose request it is.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="known">How many of them, from the first, the table has learned from already.</param>
    public SuccessorTable Open(string tenant, ReadOnlySpan<int> tokens, out int known)
    {
        known = 0;
        if (_scope != RecyclingScope.Conversation)
        {
            return Shared(_scope == RecyclingScope.Tenant ? tenant : "");
        }

        Kept? longest = null;
        foreach (var kept in _kept)
        {
            if (kept.Owner == tenant && kept.Tokens.Length >= (longest?.Tokens.Length ?? 1) && tokens.StartsWith(kept.Tokens))
            {
                longest = kept;
            }
        }

        if (longest is null)
        {
            return New();
        }

        Touch(longest);
        known = longest.Tokens.Length;
        return longest.Table.Fork();
    }

    /// <summary>Keeps the table of a request that has finished, for those that go on from it.</summary>
    /// <param name="tenant">Whose request it was.</param>
    /// <param name="tokens">All its tokens.</param>
    /// <param name="table">Its table, not written any more.</param>
    public void Keep(string tenant, ReadOnlySpan<int> tokens, SuccessorTable table)
    {
        if (_scope != RecyclingScope.Conversation || tokens.IsEmpty)
        {
            return;
        }

        for (var index = _kept.Count - 1; index >= 0; index--)
        {
            if (_kept[index].Owner == tenant && tokens.StartsWith(_kept[index].Tokens))
            {
                _kept.RemoveAt(index);
            }
        }

        Add(new Kept(tenant, tokens.ToArray(), table));
    }

    private SuccessorTable Shared(string owner)
    {
        foreach (var kept in _kept)
        {
            if (kept.Owner == owner)
            {
                // It has grown since it was added.
                Touch(kept);
                MakeRoom();
                return kept.Table;
            }
        }

        var table = New();
        Add(new Kept(owner, [], table));
        return table;
    }

    private SuccessorTable New() => new(_vocabularySize, RecyclingSource.Width, Warm);

    private void Touch(Kept kept)
    {
        _kept.Remove(kept);
        _kept.Add(kept);
    }

    private void Add(Kept kept)
    {
        _kept.Add(kept);
        if (_kept.Count(other => other.Owner == kept.Owner) > MostOfTenant)
        {
            _kept.Remove(_kept.First(other => other.Owner == kept.Owner));
        }

        MakeRoom();
    }

    // Groups come by their least lately used: among equals its owner gives.
    private void MakeRoom()
    {
        while (_kept.Count > MostKept || (_kept.Count > 1 && KeptBytes > MostKeptBytes))
        {
            _kept.Remove(_kept.GroupBy(static kept => kept.Owner).MaxBy(static group => group.Count())!.First());
        }
    }

    private sealed record Kept(string Owner, int[] Tokens, SuccessorTable Table);
}
