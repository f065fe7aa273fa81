using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Models;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Drafting.LayerSkipping;

/// <summary>Self-speculation: the target drafts for itself with a part of its sub-layers, on from its own keys and values.</summary>
/// <remarks>
/// <para>The rows of a draft are kept behind the committed ones while it is made and dropped with it: the draft sees the exact prefix, and
/// verification computes the same positions again with every layer. No memory but the rows of a draft.</para>
/// <para>Source: Zhang et al. 2023, Draft &amp; Verify (2309.08168).</para>
/// </remarks>
internal sealed class LayerSkippingDrafter : IDrafter
{
    private readonly KvCache _cache;
    private readonly DraftPass _pass;
    private readonly List<DraftTask> _drafting = [];
    private readonly List<DraftTask> _speaking = [];

    /// <summary>Creates the drafter.</summary>
    /// <param name="target">The target.</param>
    /// <param name="mask">What of it drafts.</param>
    /// <param name="cache">The target's cache.</param>
    /// <param name="workspace">Scratch; the target's, whose last output has been read when drafts are made.</param>
    public LayerSkippingDrafter(IDecoder target, LayerMask mask, KvCache cache, Workspace workspace)
    {
        _cache = cache;
        _pass = new DraftPass(target.View(mask), cache, workspace);
    }

    /// <inheritdoc />
    public string Name => "skip";

    /// <inheritdoc />
    public bool UsesPrices => false;

    /// <inheritdoc />
    public DraftSession Open(IDraftContext context) => new LayerSkippingSession(context);

    /// <inheritdoc />
    public void Propose(ReadOnlySpan<DraftTask> tasks, int plainRows)
    {
        _drafting.Clear();
        try
        {
            foreach (var task in tasks)
            {
                ((LayerSkippingSession)task.Session).Begin(_cache);
                if (task.MaxNodes > 0)
                {
                    _drafting.Add(task);
                }
            }

            while (_drafting.Count > 0)
            {
                RunPass();
            }
        }
        finally
        {
            foreach (var task in tasks)
            {
                ((LayerSkippingSession)task.Session).End(_cache);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // The view shares the target's weights; nothing else is held.
    }

    private void RunPass()
    {
        _pass.Begin();
        _speaking.Clear();
        foreach (var task in _drafting)
        {
            var context = ((LayerSkippingSession)task.Session).Context;
            if (_pass.TryAdd(context.Slot, task.Tree.Tokens[^1..], context.PromptTokens, speaks: true))
            {
                _speaking.Add(task);
            }
        }

        _drafting.Clear();
        if (_speaking.Count == 0)
        {
            return;
        }

        var output = _pass.Run();
        for (var row = 0; row < _speaking.Count; row++)
        {
            if (GoesOn(_speaking[row], output, row))
            {
                _drafting.Add(_speaking[row]);
            }
        }
    }

    // Adds the row's token below the last one; true where the draft goes on after it.
    private bool GoesOn(in DraftTask task, StepOutput output, int row)
    {
        var session = (LayerSkippingSession)task.Session;
        var hasRoom = task.Tree.Count < task.MaxNodes;
        if (hasRoom)
        {
            _pass.Fetch(output, row);
        }

        var token = session.Context.Pick(output, row, session.Context.Position + task.Tree.Count - 1);
        if (token < 0)
        {
            return false;
        }

        task.Tree.Add(token, task.Tree.Count - 1);
        return hasRoom && session.Exit.GoesOn(_pass.Read(token, []), drafted: task.Tree.Count - 1);
    }
}
