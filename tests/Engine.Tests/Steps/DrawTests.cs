using Slerp.Engine.Steps;

namespace Slerp.Engine.Tests.Steps;

public sealed class DrawTests
{
    [Fact]
    public void Uniform_IsAFunctionOfItsArguments()
    {
        Assert.Equal(Draw.Uniform(42, 7, DrawPurpose.Token), Draw.Uniform(42, 7, DrawPurpose.Token));
        Assert.NotEqual(Draw.Uniform(42, 7, DrawPurpose.Token), Draw.Uniform(42, 8, DrawPurpose.Token));
        Assert.NotEqual(Draw.Uniform(42, 7, DrawPurpose.Token), Draw.Uniform(43, 7, DrawPurpose.Token));
        Assert.NotEqual(Draw.Uniform(42, 7, DrawPurpose.Token), Draw.Uniform(42, 7, DrawPurpose.Shadow));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void Uniform_OverPositions_IsUniform(long seed)
    {
        const int Draws = 100_000;
        const int Bins = 100;
        var counts = new int[Bins];
        for (var position = 0; position < Draws; position++)
        {
            counts[(int)(Draw.Uniform(seed, position, DrawPurpose.Token) * Bins)]++;
        }

        // Chi-square with 99 degrees of freedom: 1e-6 of all seeds exceed 180.
        var expected = (double)Draws / Bins;
        Assert.True(counts.Sum(count => (count - expected) * (count - expected) / expected) < 180);
    }

    [Fact]
    public void Uniform_OverSeedsAtOnePosition_IsUniform()
    {
        var sum = Enumerable.Range(0, 100_000).Sum(seed => Draw.Uniform(seed, 3, DrawPurpose.Token));
        Assert.InRange(sum / 100_000, 0.495, 0.505);
    }
}
