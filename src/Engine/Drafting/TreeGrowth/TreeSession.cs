namespace Slerp.Engine.Drafting.TreeGrowth;

/// <summary>One sequence's sources, and which of them each node of the current tree came from.</summary>
internal sealed class TreeSession(IReadOnlyList<CandidateSource> sources) : DraftSession
{
    // Heuristics: after so many steps in which no draft paid, verified rows are no longer learned from, but for a probe now and then.
    private const int StepsBeforeSleep = 48;
    private const int SleepingSteps = 96;
    private const int ProbingSteps = 16;

    private readonly int[] _proposed = new int[sources.Count];
    private readonly int[] _accepted = new int[sources.Count];
    private readonly List<int> _sourceOfNode = [];
    private int _stepsWithoutDraft;
    private bool _isAsleep;

    /// <summary>What it draws on.</summary>
    public IReadOnlyList<CandidateSource> Sources => sources;

    /// <inheritdoc />
    public override int TopK => _isAsleep ? 0 : sources.Max(static source => source.TopK);

    /// <summary>Whether a source is asked for candidates: while drafts have not paid for a while, only one that is free.</summary>
    public bool IsAwake(int source) => !_isAsleep || sources[source].IsFree;

    /// <summary>Forgets the nodes of the last tree; the root came from nowhere.</summary>
    public void BeginTree()
    {
        _sourceOfNode.Clear();
        _sourceOfNode.Add(-1);
    }

    /// <summary>Notes the source of a node just added.</summary>
    public void Added(int source) => _sourceOfNode.Add(source);

    /// <inheritdoc />
    public override void Observe(in StepOutcome outcome)
    {
        Count(outcome);
        foreach (var source in sources)
        {
            // A source that learns from rows is not asked for while it sleeps; one that learns from the text always is.
            if (source.TopK == 0 || !_isAsleep)
            {
                source.Observe(outcome);
            }
        }

        Rest(outcome.Tree.Count > 1);
    }

    /// <inheritdoc />
    public override void Report(DraftLedger ledger)
    {
        for (var source = 0; source < sources.Count; source++)
        {
            ledger.AddSource(sources[source].Name, _proposed[source], _accepted[source]);
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        foreach (var source in sources)
        {
            source.Dispose();
        }

        base.Dispose();
    }

    private void Count(in StepOutcome outcome)
    {
        for (var node = 1; node < Math.Min(outcome.Tree.Count, _sourceOfNode.Count); node++)
        {
            _proposed[_sourceOfNode[node]]++;
        }

        foreach (var node in outcome.Path)
        {
            if (node > 0 && node < _sourceOfNode.Count)
            {
                _accepted[_sourceOfNode[node]]++;
            }
        }

        BeginTree();
    }

    private void Rest(bool hadDraft)
    {
        _stepsWithoutDraft = hadDraft ? 0 : _stepsWithoutDraft + 1;
        var phase = _stepsWithoutDraft - StepsBeforeSleep;
        _isAsleep = phase >= 0 && phase % (SleepingSteps + ProbingSteps) < SleepingSteps;
    }
}
