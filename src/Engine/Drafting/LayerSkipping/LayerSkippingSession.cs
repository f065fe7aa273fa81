using Slerp.Engine.Cache;

namespace Slerp.Engine.Drafting.LayerSkipping;

/// <summary>One sequence's side of self-speculation: when its drafts end, and where its rows ended before one.</summary>
internal sealed class LayerSkippingSession(IDraftContext context) : DraftSession
{
    private int[] _rows = [];
    private bool _isDrafting;
    private int _proposed;
    private int _accepted;

    /// <summary>The sequence.</summary>
    public IDraftContext Context => context;

    /// <summary>When its drafts end.</summary>
    public AdaptiveExit Exit { get; } = new();

    /// <summary>Notes where the rows of the slot end.</summary>
    public void Begin(KvCache cache)
    {
        if (_rows.Length != cache.Layers)
        {
            _rows = new int[cache.Layers];
        }

        // After merging, upper layers may have fewer rows than lower ones.
        for (var layer = 0; layer < _rows.Length; layer++)
        {
            _rows[layer] = cache.Rows(context.Slot, layer);
        }

        _isDrafting = true;
    }

    /// <summary>Drops the rows of the draft: the slot is as it was.</summary>
    public void End(KvCache cache)
    {
        for (var layer = 0; _isDrafting && layer < _rows.Length; layer++)
        {
            cache.Truncate(context.Slot, layer, _rows[layer]);
        }

        _isDrafting = false;
    }

    /// <inheritdoc />
    public override void Observe(in StepOutcome outcome)
    {
        // A prompt chunk is no draft, and neither is a tree that was cut for want of room.
        var drafted = outcome.Tree.Count - 1 - outcome.FirstNode;
        if (outcome.FirstNode == 0 && drafted > 0)
        {
            var matched = outcome.Path.Length - 1;
            Exit.Learn(matched, drafted);
            _proposed += drafted;
            _accepted += matched;
        }
    }

    /// <inheritdoc />
    public override void Report(DraftLedger ledger) => ledger.AddSource("skip", _proposed, _accepted);
}
