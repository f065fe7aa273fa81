using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Slerp.Engine.Constraints;
using Slerp.Engine.Constraints.Numbers;

namespace Slerp.Engine.Tests.Constraints;

/// <summary>Numbers under bounds: what may be typed is what can still become a member.</summary>
public sealed class NumberShapeProperties
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    [Fact]
    public void Typed_MembersAreAccepted_AndNothingElse() =>
        Prop.ForAll(
            Seeds,
            seed =>
            {
                var random = new Random(seed);
                var range = RandomRange(random);
                var shape = new NumberShape([range], SchemaLimits.Validation);
                for (var i = 0; i < 40; i++)
                {
                    var text = RandomNumber(random, exponent: true);
                    Assert.True(ExactDecimal.TryParse(text, out var value));
                    Assert.True(range.Contains(value) == Accepts(shape, text), $"{range}: {text}");
                }
            }).Holds(400);

    [Fact]
    public void EveryTypedPrefix_CompletesToAMember() =>
        Prop.ForAll(
            Seeds,
            seed =>
            {
                var random = new Random(seed);
                NumberRange[] ranges = [RandomRange(random), RandomRange(random)];
                var shape = new NumberShape(ranges, SchemaLimits.Default);
                var cursor = NumberCursor.Start;
                while (shape.Witness is not null && cursor.Length < 12)
                {
                    var choices = "-0123456789.".Where(c => shape.TryStep(cursor, c, out _)).ToList();
                    if (choices.Count == 0)
                    {
                        break;
                    }

                    Assert.True(shape.TryStep(cursor, choices[random.Next(choices.Count)], out cursor));
                    if (shape.CanEnd(cursor))
                    {
                        continue;
                    }

                    var end = cursor;
                    foreach (var symbol in shape.Complete(cursor))
                    {
                        Assert.True(shape.TryStep(end, symbol, out end), $"{ranges[0]} {ranges[1]}: {cursor} + {shape.Complete(cursor)}");
                    }

                    Assert.True(shape.CanEnd(end), $"{ranges[0]} {ranges[1]}: {cursor} + {shape.Complete(cursor)}");
                }
            }).Holds(400);

    [Theory]
    [InlineData("500.587e-2")]
    [InlineData("0.0500001e2")]
    [InlineData("5000000000000.1E-12")]
    public void Mantissa_ThatBeginsAsTheOpenBound_MayGoOn(string text) =>
        Assert.True(Accepts(new NumberShape([new NumberRange(Bound("5"), true, Bound("5.5"), true, null)], SchemaLimits.Validation), text));

    [Fact]
    public void ZerosAtTheEnd_AreTakenOff_HoweverMany()
    {
        for (var zeros = 0; zeros < 300; zeros++)
        {
            foreach (var digits in (int[])[7, -7, 2, 32, 25, 1024])
            {
                var value = ExactDecimal.Create(digits * BigInteger.Pow(10, zeros), -5);
                Assert.Equal((new BigInteger(digits), zeros - 5), (value.Digits, value.Exponent));
            }
        }
    }

    // What it may cost is told by what it allocates, which no neighbour changes: tried one interval after the other, a bound like these takes a thousand times as much.
    [Theory]
    [InlineData("1e399", null, "1")]
    [InlineData(null, "1e399", "1")]
    [InlineData("1e-399", "2e-399", null)]
    [InlineData(null, "7e-399", null)]
    public void LongBound_CostsLittleForEachSymbol(string? low, string? step, string? grain)
    {
        var range = new NumberRange(Bound(low) ?? ExactDecimal.One, false, null, false, Bound(step) ?? Bound(grain));
        var shape = new NumberShape([range], SchemaLimits.Default);
        Assert.NotNull(shape.Witness);
        var cursor = NumberCursor.Start;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var symbol = 0; symbol < 40; symbol++)
        {
            Assert.True(shape.TryStep(cursor, shape.TryStep(cursor, '7', out _) ? '7' : '0', out cursor) || shape.CanEnd(cursor));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    private static ExactDecimal? Bound(string? text) => text is not null && ExactDecimal.TryParse(text, out var value) ? value : null;

    private static bool Accepts(NumberShape shape, string text)
    {
        var cursor = NumberCursor.Start;
        foreach (var symbol in text)
        {
            if (!shape.TryStep(cursor, symbol, out cursor))
            {
                return false;
            }
        }

        return shape.CanEnd(cursor);
    }

    private static NumberRange RandomRange(Random random)
    {
        var low = random.Next(3) == 0 ? (ExactDecimal?)null : Parse(RandomNumber(random, exponent: false));
        var high = random.Next(3) == 0 ? (ExactDecimal?)null : low is { } bound && random.Next(2) == 0 ? bound.Add(Parse(random.Next(3).ToString(CultureInfo.InvariantCulture) + ".5")) : Parse(RandomNumber(random, exponent: false));
        var step = random.Next(2) == 0 ? (ExactDecimal?)null : Parse(new[] { "1", "3", "0.5", "0.07", "25", "12.5" }[random.Next(6)]);
        return new NumberRange(low, random.Next(2) == 0, high, random.Next(2) == 0, step);
    }

    private static string RandomNumber(Random random, bool exponent)
    {
        var text = (random.Next(2) == 0 ? "-" : "") + random.Next((int)Math.Pow(10, random.Next(1, 5))).ToString(CultureInfo.InvariantCulture);
        if (random.Next(2) == 0)
        {
            text += "." + random.Next(1000).ToString(new string('0', random.Next(1, 4)), CultureInfo.InvariantCulture);
        }

        return exponent && random.Next(3) == 0 ? text + "e" + random.Next(-3, 4).ToString(CultureInfo.InvariantCulture) : text;
    }

    private static ExactDecimal Parse(string text) => ExactDecimal.TryParse(text, out var value) ? value : throw new FormatException(text);
}
