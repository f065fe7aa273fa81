using Slerp.Engine.Merging;
using Slerp.Engine.Steps;

namespace Slerp.Engine.Tests.Merging;

/// <summary>Lengths and pairs of the published method, counted the way its code builds them.</summary>
public sealed class MergeArithmeticTests
{
    [Fact]
    public void Length_OfEveryRun_IsThatOfThePaddedList()
    {
        for (var rows = 1; rows <= 300; rows++)
        {
            // The published code pads with zero rows and takes the padded rows two by two.
            var expected = rows <= 3 ? rows : (rows + (rows % 2 == 0 ? 2 : 3)) / 2;
            Assert.Equal(expected, MergeArithmetic.LengthOf(rows));
        }
    }

    [Theory]
    [InlineData(512, 0, 100, 32, 273)]
    [InlineData(2048, 0, 100, 32, 1041)]
    [InlineData(114, 50, 64, 16, 83)]
    [InlineData(115, 50, 64, 16, 92)]
    public void Length_OfASequence_IsThePublishedOne(int rows, int keepFirst, int minimum, int keepLast, int expected)
    {
        var plan = new IncrementalMergePlan(0, MergePositions.Compressed, keepFirst, minimum, keepLast);
        Assert.Equal(expected, new IncrementalRows(plan, rows).Count);
    }

    [Theory]
    [InlineData(0, 100, 32)]
    [InlineData(0, 0, 1)]
    [InlineData(50, 64, 16)]
    [InlineData(7, 9, 3)]
    [InlineData(3, 2, 40)]
    public void Rows_OfEverySequence_CoverEachTokenOnceInOrder(int keepFirst, int minimum, int keepLast)
    {
        var plan = new IncrementalMergePlan(0, MergePositions.Compressed, keepFirst, minimum, keepLast);
        for (var tokens = 1; tokens <= 300; tokens++)
        {
            var rows = new IncrementalRows(plan, tokens);
            var covered = new List<int>();
            for (var row = 0; row < rows.Count; row++)
            {
                var made = rows.TokensOf(row);
                covered.Add(made.First);
                if (!made.IsCopy)
                {
                    covered.Add(made.Second);
                }
            }

            Assert.Equal(Enumerable.Range(0, tokens), covered);
            var rest = tokens - keepFirst;
            var merged = rest > minimum ? Math.Max(0, rest - keepLast) : Math.Max(0, rest);
            Assert.Equal(tokens - merged + MergeArithmetic.LengthOf(merged), rows.Count);
        }
    }

    [Fact]
    public void Pairs_OfALongerRun_BeginWithThoseOfTheShorter()
    {
        var plan = new IncrementalMergePlan(0, MergePositions.Compressed, 0, int.MaxValue, 1);
        for (var tokens = 1; tokens < 300; tokens++)
        {
            IncrementalRows shorter = new(plan, tokens), longer = new(plan, tokens + 1);
            Assert.InRange(longer.Pairs - shorter.Pairs, 0, 1);
            for (var row = 1; row <= shorter.Pairs; row++)
            {
                Assert.Equal(shorter.TokensOf(row), longer.TokensOf(row));
            }
        }
    }

    [Theory]
    [InlineData(2, 1.83)]
    [InlineData(8, 1.56)]
    [InlineData(16, 1.31)]
    [InlineData(28, 1.05)]
    public void PrefillSpeedup_OfThirtyTwoLayers_IsThePublishedBound(int cutoff, double expected) =>
        Assert.Equal(expected, MergeArithmetic.PrefillSpeedup(32, cutoff, 1000, 500), 2);

    [Fact]
    public void KvRatio_IsTheShareOfRowsKept()
    {
        Assert.Equal(0.766, MergeArithmetic.KvRatio(32, 16, 1000, 500), 3);
        Assert.Equal(0.578, MergeArithmetic.KvRatio(32, 4, 1000, 500), 3);
    }
}
