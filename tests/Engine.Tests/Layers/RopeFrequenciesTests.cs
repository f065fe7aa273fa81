using Slerp.Engine.Checkpoints;
using Slerp.Engine.Layers;

namespace Slerp.Engine.Tests.Layers;

public sealed class RopeFrequenciesTests
{
    [Fact]
    public void FillRow_FirstPair_IsCosineAndSineOfThePosition()
    {
        var cosSin = new float[8];
        new RotaryEmbedding(10000, 8, new RopeScaling.None()).FillRow(1, 2, cosSin);
        Assert.Equal(0.5403f, cosSin[0], 4);
        Assert.Equal(0.8415f, cosSin[4], 4);
        Assert.Equal(Math.Cos(0.1), cosSin[1], 5);
    }

    [Fact]
    public void FillRow_PositionZero_IsTheIdentity()
    {
        var cosSin = new float[4];
        new RotaryEmbedding(10000, 4, new RopeScaling.None()).FillRow(0, 1, cosSin);
        Assert.Equal([1, 1, 0, 0], cosSin);
    }

    [Fact]
    public void FillRow_Dynamic_ChangesOnlyBeyondTheOriginalContext()
    {
        var plain = new RotaryEmbedding(10000, 8, new RopeScaling.None());
        var dynamic = new RotaryEmbedding(10000, 8, new RopeScaling.DynamicNtk(2, 64));
        var (a, b) = (new float[8], new float[8]);
        plain.FillRow(50, 64, a);
        dynamic.FillRow(50, 64, b);
        Assert.Equal(a, b);
        dynamic.FillRow(50, 65, b);
        Assert.NotEqual(a, b);
    }
}
