using Slerp.Engine.Drafting.TokenRecycling;

namespace Slerp.Engine.Tests.Drafting;

public sealed class TreeShapeTests
{
    [Fact]
    public void Published80_HasThePublishedLevels()
    {
        var shape = TreeShape.Published80;
        Assert.Equal(81, shape.Count);
        Assert.Equal([1, 8, 21, 25, 15, 8, 3], Levels(shape));
        // Ones of the tree mask: every node sees itself and its ancestors.
        Assert.Equal(324, shape.Depths.ToArray().Sum(depth => depth + 1));
        Assert.Equal(40, Enumerable.Range(0, 81).Except(shape.Parents.ToArray()).Count());
    }

    [Fact]
    public void Published60_HasThePublishedLevels() => Assert.Equal([1, 7, 20, 21, 8, 4], Levels(TreeShape.Published60));

    [Fact]
    public void Counts_ThatDescribeOtherNodes_AreRefused() => Assert.Throws<ArgumentException>(() => new TreeShape(2, 0));

    private static IEnumerable<int> Levels(TreeShape shape) =>
        shape.Depths.ToArray().GroupBy(depth => depth).OrderBy(level => level.Key).Select(level => level.Count());
}
