using Slerp.Engine.Cache;
using Slerp.Engine.Decoding;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Scheduling;

/// <summary>Gives sequences their rows in the cache and takes them back: what an earlier request left is taken over, what one leaves is kept for the next.</summary>
/// <remarks>What is only kept gives way, oldest first, to what wants to run. Engine thread only.</remarks>
/// <param name="cache">The cache.</param>
/// <param name="prefixes">What is kept of it.</param>
internal sealed class RowKeeper(KvCache cache, PrefixIndex prefixes)
{
    /// <summary>Lets a sequence enter where there is room for what it has to run; false, and it is as before, where there is not.</summary>
    /// <param name="sequence">The sequence; it waits.</param>
    /// <param name="isAlone">Whether nothing else runs.</param>
    public bool TryEnter(Sequence sequence, bool isAlone)
    {
        var slot = cache.TryOpen();
        // Of a text that is read every row is wanted: none may have been computed before.
        var found = sequence.Reader is null ? prefixes.Resume(slot, sequence.Tenant, sequence.CacheableTokens, sequence.Plan) : default;
        while (!Admission.MayEnter(sequence.Count, found.Rows, cache.Layers, cache.FreePages, isAlone))
        {
            if (!prefixes.Evict())
            {
                cache.Release(slot);
                return false;
            }
        }

        sequence.Enter(slot, found);
        return true;
    }

    /// <summary>Makes what room there is for a sequence's tree; where there is none for its draft, there may be for the plain step.</summary>
    public void MakeRoom(Sequence sequence)
    {
        while (IsShortOfPages(sequence) && prefixes.Evict())
        {
            // What is kept for later gives way to what runs.
        }

        if (sequence.PendingTokens == 1 && IsShortOfPages(sequence))
        {
            sequence.Tree.Truncate(1);
        }
    }

    /// <summary>Takes a sequence's rows from it and keeps them for the next turn, where there may be one that they serve.</summary>
    public void Retire(Sequence sequence)
    {
        if (sequence is { Slot: >= 0, HasSoundRows: true, Reader: null, Urgency: Urgency.Request, Plan: null or PromptMergePlan { AllowsPrefixReuse: true } })
        {
            var tokens = sequence.Tokens[..Math.Min(sequence.Rows, sequence.Count)];
            prefixes.Keep(sequence.Leave(), sequence.Tenant, tokens, sequence.Plan as PromptMergePlan);
        }
        else
        {
            Release(sequence);
        }
    }

    /// <summary>Takes a sequence's rows from it: where it goes on, they are computed again.</summary>
    public void Release(Sequence sequence)
    {
        if (sequence.Leave() is >= 0 and var slot)
        {
            cache.Release(slot);
        }
    }

    /// <summary>Forgets all that is kept and all that is held, in whatever state it is. No sequence may go on with its rows.</summary>
    public void Clear()
    {
        prefixes.Clear();
        cache.Clear();
    }

    private bool IsShortOfPages(Sequence sequence) => cache.PagesToReserve(sequence.Slot, sequence.Tree.Count) > cache.FreePages;
}
