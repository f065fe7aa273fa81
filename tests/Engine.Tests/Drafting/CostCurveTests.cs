using Slerp.Engine.Drafting;

namespace Slerp.Engine.Tests.Drafting;

public sealed class CostCurveTests
{
    [Fact]
    public void FewerRowsCostAtMostWhatMoreTook()
    {
        // One row and three were disturbed.
        var curve = new CostCurve([1, 2, 3, 4], [2, 1.5, 9, 3]);
        Assert.Equal([1, 1, 2, 2], curve.Costs);
        Assert.Equal(1.5, curve.Seconds);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1.5)]
    [InlineData(4, 2)]
    [InlineData(6, 3)]
    public void BetweenPointsInterpolated_BeyondThemWithTheLastSlope(int rows, double cost) =>
        Assert.Equal(cost, new CostCurve([1, 2, 4], [2, 2, 4])[rows]);

    [Fact]
    public void TwoPointsThatNoiseMadeEqual_DoNotMakeFurtherRowsFree()
    {
        var curve = new CostCurve([1, 2, 3], [1, 1.2, 1.2]);
        Assert.Equal(1.2 + (0.1 * 61), curve[64], 9);
    }
}
