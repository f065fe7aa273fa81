using Slerp.Engine.Drafting;
using Slerp.Engine.Drafting.MlpSpeculator;

namespace Slerp.Engine.Tests.Drafting;

public sealed class StagePricesTests
{
    private static readonly StepPrices Target = new(new CostCurve([1, 2], [2, 3]));

    [Fact]
    public void BeforeAnythingWasMeasured_SizesAreBelieved()
    {
        var prices = new StagePrices([0.25, 0.5], Target);
        prices.Ran(0, TimeSpan.FromSeconds(2));
        Assert.Equal((1, 0.5), (prices[0], prices[1]));
    }

    [Fact]
    public void StageThatTakesLongerThanItsSizeSays_IsDearer_UntilItWasPassedOftenEnough()
    {
        var prices = new StagePrices([0.01], Target);
        prices.Ran(0, TimeSpan.FromSeconds(100));
        var dear = prices[0];
        Assert.Equal(50, dear);
        prices.Ran(0, TimeSpan.FromSeconds(200));
        Assert.Equal(dear * 1.05, prices[0], dear * 1e-9);
        prices.Ran(0, TimeSpan.FromSeconds(50));
        Assert.Equal(dear / 2, prices[0], dear * 1e-9);
        prices.Passed(0);
        Assert.Equal(dear / 2.1, prices[0], dear * 1e-9);
    }
}
