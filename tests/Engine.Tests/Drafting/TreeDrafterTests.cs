using Slerp.Engine.Drafting;
using Slerp.Engine.Drafting.TreeGrowth;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Tests.Drafting;

public sealed class TreeDrafterTests
{
    // Free up to eight rows, then as dear as reading them one by one.
    private static readonly CostCurve Costs = new([1, 8, 16], [1, 1, 9]);

    [Fact]
    public void Propose_KeepsTheLikeliestPathProducts()
    {
        // Two children of chance .6 and .3 everywhere: the seven largest products below the root.
        var tree = Propose(Costs, plainRows: 1, token => [new Candidate((token * 2) + 1, 0.6, -1), new Candidate((token * 2) + 2, 0.3, -1)]);
        Assert.Equal(8, tree.Count);
        Assert.Equal([0, 1, 3, 2, 7, 4, 5, 15], tree.Tokens.ToArray());
    }

    [Fact]
    public void Propose_WhereNothingPays_AddsNothing()
    {
        Assert.Equal(1, Propose(CostCurve.Linear, plainRows: 1, token => [new Candidate(token + 1, 0.9, -1)]).Count);
        Assert.Equal(1, Propose(Costs, plainRows: 16, token => [new Candidate(token + 1, 0.1, -1)]).Count);
    }

    [Fact]
    public void Propose_KeepsWithinTheNodesAllowed() =>
        Assert.Equal(3, Propose(Costs, plainRows: 1, token => [new Candidate(token + 1, 0.9, -1)], maxNodes: 2).Count);

    [Fact]
    public void Propose_WhileNothingHasPaid_StillAsksWhatIsFree()
    {
        // One source learns from rows and never pays; the other finds a quotation after 100 steps.
        var found = false;
        using var drafter = new TreeDrafter("test", new StepPrices(Costs), 64, _ =>
        [
            new FixedSource(static token => [new Candidate(token + 2, 0, -1)], topK: 8),
            new FixedSource(token => found ? [new Candidate(token + 1, 0.95, -1)] : [], isFree: true),
        ]);
        using var session = (TreeSession)drafter.Open(null!);
        for (var step = 0; step < 100; step++)
        {
            Assert.Equal(1, Step(drafter, session).Count);
        }

        Assert.Equal(0, session.TopK);
        found = true;
        Assert.Equal(8, Step(drafter, session).Count);
        Assert.Equal(8, session.TopK);
    }

    private static TokenTree Step(TreeDrafter drafter, TreeSession session)
    {
        var tree = new TokenTree();
        tree.Add(0, -1);
        drafter.Propose([new DraftTask(session, tree, 100)], plainRows: 1);
        session.Observe(new StepOutcome { Tree = tree, Path = [0], Chosen = [1], Output = null!, FirstRow = 0, FirstNode = 0 });
        return tree;
    }

    private static TokenTree Propose(CostCurve costs, int plainRows, Func<int, Candidate[]> children, int maxNodes = 100)
    {
        using var drafter = new TreeDrafter("test", new StepPrices(costs), 64, _ => [new FixedSource(children)]);
        var tree = new TokenTree();
        tree.Add(0, -1);
        using var session = drafter.Open(null!);
        drafter.Propose([new DraftTask(session, tree, maxNodes)], plainRows);
        return tree;
    }

    private sealed class FixedSource(Func<int, Candidate[]> children, int topK = 0, bool isFree = false) : CandidateSource
    {
        public override int TopK => topK;

        public override bool IsFree => isFree;

        public override string Name => "fixed";

        public override void Expand(int token, long cursor, List<Candidate> candidates) => candidates.AddRange(children(token));

        public override void Observe(in StepOutcome outcome)
        {
        }
    }
}
