using Slerp.Engine.Drafting;
using Slerp.Engine.Drafting.DraftModel;

namespace Slerp.Engine.Tests.Drafting;

public sealed class PassPriceTests
{
    private static readonly CostCurve Target = new([1, 2], [0.01, 0.01]);
    private static readonly CostCurve Draft = new([1, 2], [0.001, 0.002]);

    [Fact]
    public void WithoutAClock_IsWhatWasMeasured()
    {
        var price = new PassPrice(new StepPrices(Target), time: null);
        price.BeginPass(Draft, 1);
        price.EndPass();
        Assert.Equal(0.1, price[Draft, 1], 12);
        Assert.Equal(0.2, price[Draft, 2], 12);
    }

    [Fact]
    public void FollowsTheMedianOfWhatBothTake()
    {
        var clock = new HandClock();
        var steps = new StepPrices(Target, clock);
        var price = new PassPrice(steps, clock);
        for (var round = 0; round < 200; round++)
        {
            // Passes take three times what was measured, but for a stall now and then; steps take half as long again.
            price.BeginPass(Draft, 1);
            clock.Advance(round % 10 == 0 ? 1 : 0.003);
            price.EndPass();
            steps.BeginStep();
            steps.Start();
            clock.Advance(0.015);
            steps.Stop();
            clock.Advance(5);
            steps.EndStep(2);
        }

        Assert.InRange(price[Draft, 1], 0.17, 0.23);
    }

    private sealed class HandClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => _now;

        public void Advance(double seconds) => _now += (long)(seconds * TimestampFrequency);
    }
}
