using Slerp.Engine.Drafting;

namespace Slerp.Engine.Tests.Doubles;

/// <summary>Proposes chains of one token, counts them as its source, and does at the session's ends what a test asks.</summary>
internal sealed class ScriptedDrafter : IDrafter
{
    public Action<DraftLedger>? OnReport { get; init; }

    public Action? OnClose { get; init; }

    public Action? OnPropose { get; init; }

    public Action<IDraftContext>? OnOpen { get; init; }

    /// <summary>Told each sequence when it is drafted for.</summary>
    public Action<IDraftContext>? OnDraft { get; init; }

    public bool UsesPrices { get; init; } = true;

    public int Opened { get; private set; }

    public string Name => "scripted";

    public DraftSession Open(IDraftContext context)
    {
        Opened++;
        OnOpen?.Invoke(context);
        return new Session(this, context);
    }

    public void Propose(ReadOnlySpan<DraftTask> tasks, int plainRows)
    {
        OnPropose?.Invoke();
        foreach (var task in tasks)
        {
            task.Tree.Add(task.Tree.Tokens[0], 0);
            OnDraft?.Invoke(((Session)task.Session).Context);
        }
    }

    public void Dispose()
    {
    }

    private sealed class Session(ScriptedDrafter drafter, IDraftContext context) : DraftSession
    {
        public IDraftContext Context => context;

        private int _proposed;
        private int _accepted;

        public override void Observe(in StepOutcome outcome)
        {
            _proposed += outcome.Tree.Count - 1 - outcome.FirstNode;
            _accepted += outcome.Path.Length - 1;
        }

        public override void Report(DraftLedger ledger)
        {
            ledger.AddSource("scripted", _proposed, _accepted);
            drafter.OnReport?.Invoke(ledger);
        }

        public override void Dispose()
        {
            drafter.OnClose?.Invoke();
            base.Dispose();
        }
    }
}
