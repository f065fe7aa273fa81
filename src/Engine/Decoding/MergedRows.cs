using Slerp.Engine.Cache;
using Slerp.Engine.Merging;

namespace Slerp.Engine.Decoding;

/// <summary>Cache rows of a sequence that may be merged: above the cutoff it holds and runs others than below it.</summary>
internal static class MergedRows
{
    /// <summary>Makes room for the next tokens: all pages, or none and false. Upper rows that they change are forgotten.</summary>
    public static bool TryReserve(KvCache cache, int slot, SequenceMerging? merging, int tokens)
    {
        if (merging is null)
        {
            return cache.TryReserve(slot, tokens);
        }

        var firstUpper = merging.Cutoff + 1;
        var rows = cache.Rows(slot, 0);
        var held = cache.Rows(slot, firstUpper);
        var kept = merging.KeptUpperRows(rows, tokens, held);
        for (var layer = firstUpper; layer < cache.Layers && kept < held; layer++)
        {
            cache.Truncate(slot, layer, kept);
        }

        return cache.TryReserve(slot, tokens, firstUpper, merging.NewUpperRows(rows, tokens, kept));
    }

    /// <summary>Keeps what a step left of the sequence's rows; false where it merged nothing, so that its tree is still to be committed.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="slot">The sequence's slot.</param>
    /// <param name="merging">How it is merged.</param>
    /// <param name="rows">Tokens whose rows were kept.</param>
    public static bool TryCommit(KvCache cache, int slot, SequenceMerging? merging, out int rows)
    {
        rows = 0;
        if (merging?.Outcome is not { } outcome)
        {
            return false;
        }

        rows = outcome.LowerRows;
        cache.CommitRows(slot, outcome.LowerRows, outcome.FirstUpperLayer, outcome.UpperRows);
        return true;
    }
}
