using Slerp.Engine.Drafting;
using Slerp.Engine.Drafting.TreeGrowth;
using Slerp.Engine.Steps;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Drafting;

/// <summary>Prices follow what steps take by a clock that the test moves, and drafts follow the prices.</summary>
public sealed class StepPricesTests
{
    private static readonly CostCurve Cheap = new([1, 64], [0.010, 0.011]);
    private static readonly CostCurve Dear = new([1, 64], [0.010, 0.640]);

    private readonly ManualClock _clock = new();

    [Fact]
    public void WithoutAClock_IsTheCurve()
    {
        var prices = new StepPrices(Dear);
        for (var step = 0; step < 100; step++)
        {
            Run(prices, 8, 5);
        }

        Assert.Equal((0.010, 8.0), (prices.Seconds, Math.Round(prices[8], 9)));
        Assert.False(prices.IsPlainStepDue(1));
    }

    [Fact]
    public void BeforeAnyStep_IsTheCurve() => Assert.Equal((0.010, 8.0), (new StepPrices(Dear, _clock).Seconds, Math.Round(new StepPrices(Dear, _clock)[8], 9)));

    [Fact]
    public void FollowsWhatStepsTake_OneAfterTheOther()
    {
        // Rows are free by the curve; eight take half as long again as one.
        var prices = new StepPrices(Cheap, _clock);
        Alternate(prices, 1, 1.5, rounds: 20);
        // The last step had eight: one row may well have become faster meanwhile.
        Assert.InRange(prices[8], 1.45, 1.7);
        // What is said of eight rows is said of more, less surely.
        Assert.InRange(prices[16], 1.1, 1.7);
        Assert.InRange(prices.Seconds, 0.0099, 0.0101);
    }

    [Fact]
    public void StepsOfAComparison_TellNothing_AndAPlainOneStaysDue()
    {
        var prices = new StepPrices(Cheap, _clock);
        Run(prices, 8, 0.010, times: 100);
        var price = prices[8];
        prices.Learns = false;
        Run(prices, 1, 0.005, times: 100);
        prices.Learns = true;
        Assert.Equal(price, prices[8]);
        Assert.True(prices.IsPlainStepDue(1));
    }

    [Fact]
    public void MachineThatGetsSlower_LeavesPricesAsTheyWere()
    {
        var prices = new StepPrices(Cheap, _clock);
        Alternate(prices, 1, 1.5, rounds: 20);
        var price = prices[8];
        Alternate(prices, 3, 1.5, rounds: 20);
        Assert.InRange(prices[8], price * 0.95, price * 1.1);
        Assert.InRange(prices.Seconds, 0.027, 0.031);
    }

    [Fact]
    public void Stall_SaysLittle()
    {
        var prices = new StepPrices(Cheap, _clock);
        Alternate(prices, 1, 1.5, rounds: 20);
        var price = prices[8];
        Run(prices, 1, 0.010);
        Run(prices, 8, 100);
        Assert.InRange(prices[8], price, price * 1.3);
        Assert.InRange(prices.Seconds, 0.010, 0.0111);
    }

    [Fact]
    public void PausesAndPassesBetween_AreNoPartOfAStep()
    {
        var prices = new StepPrices(Cheap, _clock);
        prices.BeginStep();
        prices.Start();
        _clock.Advance(TimeSpan.FromSeconds(0.005));
        prices.Stop();
        _clock.Advance(TimeSpan.FromSeconds(7));
        prices.Start();
        _clock.Advance(TimeSpan.FromSeconds(0.010));
        prices.Stop();
        prices.EndStep(1);
        Assert.Equal(0.015, prices.Seconds, 6);
    }

    [Fact]
    public void ClockThatStandsStill_SaysNothing()
    {
        var prices = new StepPrices(Cheap, _clock);
        Run(prices, 8, 0, times: 100);
        Assert.Equal((0.010, Cheap[8]), (prices.Seconds, prices[8]));
        Assert.False(prices.IsPlainStepDue(1));
    }

    [Fact]
    public void WhereEveryStepHasADraft_APlainOneIsDue_EverMoreSeldom()
    {
        var prices = new StepPrices(Cheap, _clock);
        var plain = new List<int>();
        for (var step = 0; step < 2000; step++)
        {
            var isDue = prices.IsPlainStepDue(1);
            Run(prices, isDue ? 1 : 16, 0.010);
            if (isDue)
            {
                plain.Add(step);
            }
        }

        Assert.Equal([16, 49, 114, 243, 500, 1013, 1526], plain);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    public void WhereRowsAreDearerThanMeasured_DraftsAllButEnd(double share)
    {
        // The curve says that rows are free; in truth each costs as much as the first.
        var rows = Draft(new StepPrices(Cheap, _clock), Dear, steps: 1000, share: share);
        Assert.True(rows.Max() > 32);
        Assert.InRange(rows.Skip(200).Average(), 1, 2.5);
    }

    [Fact]
    public void WhereRowsAreCheaperThanMeasured_TreesGrow()
    {
        var measured = new CostCurve([1, 2, 64], [0.010, 0.011, 0.300]);
        var rows = Draft(new StepPrices(measured, _clock), Cheap, steps: 400);
        Assert.InRange(rows[0], 2, 4);
        Assert.InRange(rows.Skip(100).Average(), 8, 65);
    }

    [Fact]
    public void WhereThePlainStepWasMeasuredTooSlow_ItIsFoundOut()
    {
        // A neighbour slowed down the measurement of one row by three: everything looked cheap beside it.
        var measured = new CostCurve([1, 4, 64], [0.030, 0.031, 0.160]);
        var truth = new CostCurve([1, 4, 64], [0.010, 0.031, 0.160]);
        var rows = Draft(new StepPrices(measured, _clock), truth, steps: 200, chance: 0.5);
        Assert.Equal(4, rows[0]);
        Assert.InRange(rows.Skip(30).Average(), 1, 1.6);
    }

    [Fact]
    public void WhereTheCurveIsRight_LittleIsTriedElse()
    {
        var curve = new CostCurve([1, 4, 8, 32, 64], [0.010, 0.0115, 0.0116, 0.0185, 0.029]);
        var rows = Draft(new StepPrices(curve, _clock), curve, steps: 400, chance: 0.6);
        var ideal = Draft(new StepPrices(curve), curve, steps: 400, chance: 0.6);
        Assert.InRange(Rate(rows) / Rate(ideal), 0.95, 1);

        double Rate(List<int> of) => of.Sum(static count => Enumerable.Range(0, count).Sum(static depth => Math.Pow(0.6, depth))) / of.Sum(count => curve[count]);
    }

    [Theory]
    [InlineData(0.4, 3)]
    [InlineData(0.6, 5)]
    public void WhatWasDearForAWhile_IsTriedAgain(double chance, double times)
    {
        // Drafted steps take several times as long as they should; then no longer.
        var curve = new CostCurve([1, 4, 8, 32, 64], [0.010, 0.0115, 0.0116, 0.0185, 0.029]);
        var dear = new CostCurve([1, 2, 64], [0.010, 0.010 * times, 0.029 * times]);
        var prices = new StepPrices(curve, _clock);
        Assert.InRange(Draft(prices, dear, steps: 400, chance).TakeLast(100).Average(), 1, 1.5);
        Assert.InRange(Draft(prices, curve, steps: 1000, chance).TakeLast(300).Average(), 2, 10);
    }

    [Fact]
    public void PlainStepThatWasAskedFor_IsNotAskedForAgain_WhateverBecameOfIt()
    {
        var prices = new StepPrices(Cheap, _clock);
        Run(prices, 8, 0.010, times: 100);
        Assert.True(prices.IsPlainStepDue(1));
        // Its sequences found no room, or the clock did not move.
        Run(prices, 4, 0.010);
        Run(prices, 1, 0);
        Assert.False(prices.IsPlainStepDue(1));
    }

    // Rows of each step of an engine whose steps take what the truth says, with a drafter that offers a chain in a share of them.
    private List<int> Draft(StepPrices prices, CostCurve truth, int steps, double chance = 0.9, double share = 1)
    {
        using var drafter = new TreeDrafter("test", prices, 64, _ => [new ChainSource(chance)]);
        using var session = drafter.Open(null!);
        var rows = new List<int>();
        for (var step = 0; step < steps; step++)
        {
            var tree = new TokenTree();
            tree.Add(0, -1);
            prices.BeginStep();
            if (!prices.IsPlainStepDue(1) && Math.Floor((step + 1) * share) > Math.Floor(step * share))
            {
                drafter.Propose([new DraftTask(session, tree, 100)], plainRows: 1);
            }

            rows.Add(tree.Count);
            Run(prices, tree.Count, truth.Seconds * truth[tree.Count]);
        }

        return rows;
    }

    // One row, then eight, on a machine of some slowness.
    private void Alternate(StepPrices prices, double slowness, double ofEight, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            Run(prices, 1, 0.010 * slowness);
            Run(prices, 8, 0.010 * slowness * ofEight);
        }
    }

    private void Run(StepPrices prices, int rows, double seconds, int times = 1)
    {
        for (var time = 0; time < times; time++)
        {
            prices.BeginStep();
            prices.Start();
            _clock.Advance(TimeSpan.FromSeconds(seconds));
            prices.Stop();
            prices.EndStep(rows);
        }
    }

    private sealed class ChainSource(double chance) : CandidateSource
    {
        public override string Name => "chain";

        public override bool IsFree => true;

        public override void Expand(int token, long cursor, List<Candidate> candidates) => candidates.Add(new Candidate(token + 1, chance, None));

        public override void Observe(in StepOutcome outcome)
        {
        }
    }
}
