using Slerp.Engine.Drafting.LayerSkipping;

namespace Slerp.Engine.Tests.Drafting;

public sealed class AdaptiveExitTests
{
    [Fact]
    public void PublishedTrace()
    {
        var exit = new AdaptiveExit();
        (int Matched, int Drafted, double Rate, double Threshold)[] rounds =
            [(5, 5, 0.5, 0.601), (3, 6, 0.5, 0.602), (12, 12, 0.75, 0.603), (4, 5, 0.775, 0.604)];
        foreach (var (matched, drafted, rate, threshold) in rounds)
        {
            exit.Learn(matched, drafted);
            Assert.Equal(rate, exit.AcceptanceRate, 12);
            Assert.Equal(threshold, exit.Threshold, 12);
        }
    }

    [Fact]
    public void AboveTheTarget_TheThresholdFallsUnlessTheDraftHadFullLength()
    {
        var exit = new AdaptiveExit();
        for (var round = 0; round < 8; round++)
        {
            exit.Learn(12, 12);
        }

        var before = exit.Threshold;
        exit.Learn(12, 12);
        Assert.Equal(before, exit.Threshold);
        exit.Learn(5, 5);
        Assert.True(exit.Threshold < before);
    }

    [Fact]
    public void Draft_EndsAfterAnUnsureTokenOrAtTheLimit()
    {
        var exit = new AdaptiveExit();
        Assert.True(exit.GoesOn(0.6, 1));
        Assert.False(exit.GoesOn(0.59, 1));
        Assert.False(exit.GoesOn(1, AdaptiveExit.MaxTokens));
    }
}
