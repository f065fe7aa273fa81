using FsCheck.Fluent;
using Slerp.Engine.Backends.Cpu.Kernels.Products;

namespace Slerp.Engine.Tests.Backends.Cpu.Kernels;

public sealed class ScaleCodeTests
{
    [Theory]
    [InlineData(1f)]
    [InlineData(0.0073f)]
    [InlineData(float.MaxValue)]
    [InlineData(1e-37f)]
    [InlineData(float.Epsilon)]
    [InlineData(float.PositiveInfinity)]
    public void LargestScale_IsKeptExactly(float largest)
    {
        var rowBase = ScaleCode.BaseOf(largest);
        // Where the row's scales reach down to the smallest numbers there are, the base cannot go lower: such a scale is rounded up like any other.
        var expected = largest >= 1e-30f ? largest : Smallest(largest, rowBase);
        Assert.Equal(expected, ScaleCode.Value(ScaleCode.Of(largest, rowBase), rowBase));
    }

    [Fact]
    public void RowOfZeros_HasScalesOfZero()
    {
        var rowBase = ScaleCode.BaseOf(0f);
        Assert.Equal(0f, ScaleCode.Value(ScaleCode.Of(0f, rowBase), rowBase));
    }

    [Fact]
    public void NotANumber_MakesAllScalesOfTheRowSo()
    {
        var rowBase = ScaleCode.BaseOf(float.NaN);
        foreach (var scale in new[] { 0f, 1f, float.NaN, float.PositiveInfinity })
        {
            Assert.True(float.IsNaN(ScaleCode.Value(ScaleCode.Of(scale, rowBase), rowBase)));
        }
    }

    /// <summary>What the format promises: never below the scale, at most 1/32 above it within eight octaves of the row's largest, and the smallest such beyond.</summary>
    [Fact]
    public void Scale_IsRoundedUpToTheNextCode() => Prop.ForAll(
        Gen.Choose(BitConverter.SingleToInt32Bits(1e-30f), BitConverter.SingleToInt32Bits(1e30f)).ToArbitrary(),
        Gen.Choose(0, 400 << ScaleCode.Shift).ToArbitrary(),
        (bits, below) =>
        {
            var largest = BitConverter.Int32BitsToSingle(bits);
            var scale = BitConverter.Int32BitsToSingle(Math.Max(bits - below, 0));
            var rowBase = ScaleCode.BaseOf(largest);
            var kept = ScaleCode.Value(ScaleCode.Of(scale, rowBase), rowBase);
            var smallest = ScaleCode.Value(0, rowBase);
            return kept >= scale && kept <= largest && kept <= MathF.Max(scale * (1f + (1f / 32f)), smallest) && smallest <= largest / 248f;
        }).Holds();

    /// <summary>The nearest with its sign, at most 1/64 away within four octaves of the row's largest, which is kept exactly.</summary>
    [Fact]
    public void SignedScale_IsTheNearestCode() => Prop.ForAll(
        Gen.Choose(BitConverter.SingleToInt32Bits(1e-30f), BitConverter.SingleToInt32Bits(1e30f)).ToArbitrary(),
        Gen.Choose(0, 200 << ScaleCode.Shift).ToArbitrary(),
        Gen.Elements(1f, -1f).ToArbitrary(),
        (bits, below, sign) =>
        {
            var largest = BitConverter.Int32BitsToSingle(bits);
            var magnitude = BitConverter.Int32BitsToSingle(Math.Max(bits - below, 0));
            var rowBase = SignedScaleCode.BaseOf(largest);
            var kept = SignedScaleCode.Value(SignedScaleCode.Of(sign * magnitude, rowBase), rowBase);
            var smallest = MathF.Abs(SignedScaleCode.Value(0, rowBase));
            return SignedScaleCode.Value(SignedScaleCode.Of(largest, rowBase), rowBase) == largest
                && MathF.Sign(kept) == MathF.Sign(sign)
                && (magnitude < smallest ? MathF.Abs(kept) == smallest : MathF.Abs(kept - (sign * magnitude)) <= magnitude / 63f)
                && smallest <= largest / 15.4f;
        }).Holds();

    [Fact]
    public void SignedNotANumber_MakesAllScalesOfTheRowSo()
    {
        var rowBase = SignedScaleCode.BaseOf(float.NaN);
        Assert.All([0f, -1f, float.NaN], scale => Assert.True(float.IsNaN(SignedScaleCode.Value(SignedScaleCode.Of(scale, rowBase), rowBase))));
    }

    private static float Smallest(float scale, int rowBase) =>
        Enumerable.Range(0, 256).Select(code => ScaleCode.Value((byte)code, rowBase)).First(value => value >= scale);
}
