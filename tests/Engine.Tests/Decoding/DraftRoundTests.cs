using Slerp.Engine.Decoding;
using Slerp.Engine.Drafting;
using Slerp.Engine.Tests.Doubles;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Decoding;

/// <summary>A drafter that throws for one sequence of a batch costs that one its drafts, and nobody a token.</summary>
public sealed class DraftRoundTests : IDisposable
{
    private readonly DecodingHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void FaultOfOneDraft_LeavesTheNeighboursTheirs_AndIsTold()
    {
        using var drafter = new ScriptedDrafter { OnDraft = FaultOf("bad") };
        var (batch, victim) = Run(drafter);
        Assert.Equal((1, "InvalidOperationException: The drill's fault."), (victim.Drafting.Ledger.Faults, victim.Stats.Drafts.FirstFault));
        Assert.Null(victim.Drafting.Drafter);
        Assert.All(batch, AssertDrafted);
    }

    [Fact]
    public void FaultOfOneSession_LeavesTheNeighboursTheirs_AndIsTold()
    {
        // The first step that speaks opens a session; one that was sent back opens its next in a round.
        using var drafter = new ScriptedDrafter { OnOpen = FaultOf("bad") };
        var (batch, victim) = Run(drafter);
        Assert.Equal((1, "InvalidOperationException: The drill's fault."), (victim.Drafting.Ledger.Faults, victim.Stats.Drafts.FirstFault));
        Assert.All(batch, AssertDrafted);
    }

    [Fact]
    public void SessionThatCannotBeOpenedInARound_IsItsOwnFaultAlone()
    {
        using var drafter = new ScriptedDrafter { OnOpen = FaultOf("bad") };
        var (good, bad) = (Begun("good", drafter), Begun("bad", drafter));
        new DraftRound(new StepPrices(CostCurve.Linear)).Propose([bad, good]);
        Assert.Equal((1, 1), (bad.Drafting.Ledger.Faults, bad.Tree.Count));
        Assert.Equal((0, 2), (good.Drafting.Ledger.Faults, good.Tree.Count));
        Assert.NotNull(good.Drafting.Session);
    }

    [Fact]
    public void FaultThatDoesNotComeAgain_CostsNobodyItsDrafter_AndIsToldOnce()
    {
        var isFirst = true;
        using var drafter = new ScriptedDrafter
        {
            OnDraft = _ =>
            {
                if (isFirst)
                {
                    isFirst = false;
                    throw new InvalidOperationException("The drill's fault.");
                }
            },
        };
        Sequence[] batch = [Begun("one", drafter), Begun("two", drafter)];
        new DraftRound(new StepPrices(CostCurve.Linear)).Propose(batch);
        Assert.All(batch, static sequence => Assert.Equal(2, sequence.Tree.Count));
        Assert.All(batch, static sequence => Assert.NotNull(sequence.Drafting.Drafter));
        Assert.Equal(1, batch.Sum(static sequence => sequence.Drafting.Ledger.Faults));
    }

    [Fact]
    public void WhereAPlainStepIsDue_NobodyIsAsked_UnlessAPromptIsReadInIt()
    {
        var prices = WithoutPlainSteps();
        using var drafter = new ScriptedDrafter();
        var plain = Begun("one", drafter);
        new DraftRound(prices).Propose([plain]);
        Assert.Equal(1, plain.Tree.Count);
        var (drafted, reading) = (Begun("two", drafter), _harness.Create([65, 66, 67], drafter));
        DecodeStep.Begin(reading, 3);
        new DraftRound(prices).Propose([drafted, reading]);
        Assert.Equal(2, drafted.Tree.Count);
    }

    [Fact]
    public void DrafterThatWeighsNothing_GivesWayToNoPlainStep_UnlessAnotherDoes()
    {
        var prices = WithoutPlainSteps();
        using var careless = new ScriptedDrafter { UsesPrices = false };
        var alone = Begun("one", careless);
        new DraftRound(prices).Propose([alone]);
        Assert.Equal(2, alone.Tree.Count);
        using var careful = new ScriptedDrafter();
        Sequence[] both = [Begun("two", careless), Begun("three", careful)];
        new DraftRound(prices).Propose(both);
        Assert.All(both, static sequence => Assert.Equal(1, sequence.Tree.Count));
    }

    // So many drafted steps that a plain one is due.
    private static StepPrices WithoutPlainSteps()
    {
        var clock = new ManualClock();
        var prices = new StepPrices(new CostCurve([1, 64], [0.010, 0.011]), clock);
        for (var step = 0; step < 20; step++)
        {
            prices.BeginStep();
            prices.Start();
            clock.Advance(TimeSpan.FromSeconds(0.010));
            prices.Stop();
            prices.EndStep(16);
        }

        return prices;
    }

    private static Action<IDraftContext> FaultOf(string tenant) => context =>
    {
        if (context.Tenant == tenant)
        {
            throw new InvalidOperationException("The drill's fault.");
        }
    };

    private static void AssertDrafted(Sequence sequence)
    {
        Assert.Equal(0, sequence.Drafting.Ledger.Faults);
        Assert.Null(sequence.Stats.Drafts.FirstFault);
        Assert.True(sequence.Drafting.Ledger.Proposed > 20, $"{sequence.Drafting.Ledger.Proposed} proposed");
    }

    // As after its prompt was read.
    private Sequence Begun(string tenant, IDrafter drafter)
    {
        var sequence = _harness.Create([65], drafter, tenant: tenant);
        DecodeStep.Begin(sequence, 1);
        return sequence;
    }

    private (Sequence[] Neighbours, Sequence Victim) Run(IDrafter drafter)
    {
        Sequence Create(int index, IDrafter? drafts) => _harness.Create([65, 66, 67 + index], drafts, tenant: index == 1 ? "bad" : "good");
        var vanilla = _harness.Run([.. Enumerable.Range(0, 4).Select(index => Create(index, null))]);
        var batch = Enumerable.Range(0, 4).Select(index => Create(index, drafter)).ToArray();
        Assert.Equal(vanilla, _harness.Run(batch));
        return ([batch[0], batch[2], batch[3]], batch[1]);
    }
}
