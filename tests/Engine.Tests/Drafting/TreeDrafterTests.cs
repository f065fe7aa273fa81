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
    public void CostCurve_NeverFallsAndGoesOnWithItsLastSlope()
    {
        var curve = new CostCurve([1, 2, 4], [2, 1.5, 4]);
        Assert.Equal(1, curve[1]);
        Assert.Equal(1, curve[2]);
        Assert.Equal(1.5, curve[3]);
        Assert.Equal(3, curve[6]);
    }

    private static TokenTree Propose(CostCurve costs, int plainRows, Func<int, Candidate[]> children, int maxNodes = 100)
    {
        using var drafter = new TreeDrafter("test", costs, 64, _ => [new FixedSource(children)]);
        var tree = new TokenTree();
        tree.Add(0, -1);
        using var session = drafter.Open(null!);
        drafter.Propose([new DraftTask(session, tree, maxNodes)], plainRows);
        return tree;
    }

    private sealed class FixedSource(Func<int, Candidate[]> children) : CandidateSource
    {
        public override string Name => "fixed";

        public override void Expand(int token, long cursor, List<Candidate> candidates) => candidates.AddRange(children(token));

        public override void Observe(in StepOutcome outcome)
        {
        }
    }
}
