using Slerp.Engine.Steps;

namespace Slerp.Engine.Tests.Steps;

/// <summary>Plans as values: equality, what a longer prompt inherits, and the number that tells rows apart.</summary>
public sealed class PromptMergePlanTests
{
    private static readonly PromptMergePlan Plan =
        new(2, MergePositions.Mean, MergePairing.Blind.Instance, MergeVariant.PerRow, [new RowSpan(4, 10), new RowSpan(20, 6)]);

    [Fact]
    public void EqualPlans_AreEqualWhateverListsHoldTheirRuns()
    {
        var same = Plan with { Spans = new List<RowSpan> { new(4, 10), new(20, 6) } };
        Assert.Equal(Plan, same);
        Assert.Equal(Plan.GetHashCode(), same.GetHashCode());
        foreach (var other in Others())
        {
            Assert.NotEqual(Plan, other);
        }
    }

    [Fact]
    public void Fingerprint_TellsApartWhatMadeTheRows()
    {
        Assert.Equal(0, Plan.Fingerprint(5));
        Assert.NotEqual(0, Plan.Fingerprint(6));
        Assert.Equal(Plan.Fingerprint(14), Plan.Fingerprint(20));
        Assert.Equal(Plan.Fingerprint(20), (Plan with { Spans = [new RowSpan(4, 10)] }).Fingerprint(100));
        // A run that goes on pairs other rows near its end than one that ends there.
        Assert.NotEqual(Plan.Fingerprint(10), (Plan with { Spans = [new RowSpan(4, 6)] }).Fingerprint(10));
        Assert.All(Others(), static other => Assert.NotEqual(Plan.Fingerprint(int.MaxValue), other.Fingerprint(int.MaxValue)));
    }

    [Fact]
    public void LongerPrompt_KeepsWhatWasDoneAndPlansOnlyNewRows()
    {
        var longer = Plan with { Spans = [new RowSpan(0, 12), new RowSpan(18, 30), new RowSpan(60, 5)] };
        Assert.Equal([new RowSpan(4, 10), new RowSpan(20, 6), new RowSpan(26, 22), new RowSpan(60, 5)], longer.Continue(Plan, 26).Spans);
        Assert.Equal([new RowSpan(18, 30), new RowSpan(60, 5)], longer.Continue(null, 11).Spans);
        Assert.Equal(longer, longer.Continue(null, 0));
    }

    private static IEnumerable<PromptMergePlan> Others() =>
    [
        Plan with { Cutoff = 3 },
        Plan with { Positions = MergePositions.Compressed },
        Plan with { Pairing = new MergePairing.Similar(0.5f) },
        Plan with { Pairing = new MergePairing.Similar(0.6f) },
        Plan with { Variant = MergeVariant.Reference },
        Plan with { Spans = [new RowSpan(4, 10), new RowSpan(20, 7)] },
        Plan with { Spans = [new RowSpan(4, 10)] },
        Plan with { Spans = [] },
    ];
}
