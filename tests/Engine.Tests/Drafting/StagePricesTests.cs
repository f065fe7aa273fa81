using Slerp.Engine.Drafting.MlpSpeculator;

namespace Slerp.Engine.Tests.Drafting;

public sealed class StagePricesTests
{
    [Fact]
    public void BeforeAnythingWasMeasured_SizesAreBelieved()
    {
        var prices = new StagePrices([0.25, 0.5]);
        prices.Ran(0, TimeSpan.FromSeconds(1));
        Assert.Equal((0.25, 0.5), (prices[0], prices[1]));
    }

    [Fact]
    public void StageThatTakesLongerThanItsSizeSays_IsDearer_UntilItWasPassedOftenEnough()
    {
        var prices = new StagePrices([0.01]);
        prices.StepBegins(2);
        prices.StepEnded();
        prices.Ran(0, TimeSpan.FromSeconds(100));
        var dear = prices[0];
        Assert.True(dear > 1);
        prices.Ran(0, TimeSpan.FromSeconds(200));
        Assert.Equal(dear * 1.05, prices[0], dear * 1e-9);
        prices.Ran(0, TimeSpan.FromSeconds(50));
        Assert.Equal(dear / 2, prices[0], dear * 1e-9);
        prices.Passed(0);
        Assert.Equal(dear / 2.1, prices[0], dear * 1e-9);
    }
}
