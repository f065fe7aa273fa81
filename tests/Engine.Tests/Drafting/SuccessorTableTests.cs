using Slerp.Engine.Drafting.TokenRecycling;

namespace Slerp.Engine.Tests.Drafting;

public sealed class SuccessorTableTests
{
    [Fact]
    public void WorkedExample_TreeFromTheTable()
    {
        var table = new SuccessorTable(10, 3);
        table.Write(5, [7, 2, 9]);
        table.Write(7, [1, 4, 0]);
        table.Write(2, [3, 8, 6]);
        table.Write(1, [5, 2, 7]);
        // Paths of ranks, in level order.
        int[][] paths = [[], [0], [1], [2], [0, 0], [0, 1], [1, 0], [0, 0, 0]];
        Assert.Equal([5, 7, 2, 9, 1, 4, 3, 5], paths.Select(path => path.Aggregate(5, (token, rank) => table.Successors(token)[rank])));
    }

    [Fact]
    public void RowNeverWritten_HasNoSuccessors() => Assert.True(new SuccessorTable(10, 8).Successors(3).IsEmpty);

    [Fact]
    public void Overlay_DoesNotWriteIntoWhatOthersRead()
    {
        var shared = new SuccessorTable(10, 4);
        shared.Write(1, [2, 3]);
        var (a, b) = (new SuccessorTable(10, 4, shared), new SuccessorTable(10, 4, shared));
        a.Write(1, [9]);
        a.Promote(2, 5);
        Assert.Equal([9], a.Successors(1).ToArray());
        Assert.Equal([2, 3], b.Successors(1).ToArray());
        Assert.Equal([2, 3], shared.Successors(1).ToArray());
        Assert.True(b.Successors(2).IsEmpty);
    }

    [Fact]
    public void Promote_PutsFirstAndKeepsTheOthersInOrder()
    {
        var table = new SuccessorTable(10, 3);
        table.Write(1, [2, 3, 4]);
        table.Promote(1, 4);
        Assert.Equal([4, 2, 3], table.Successors(1).ToArray());
        table.Promote(1, 7);
        Assert.Equal([7, 4, 2], table.Successors(1).ToArray());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10)]
    public void TokenOutsideTheVocabulary_IsIgnored(int token)
    {
        var table = new SuccessorTable(10, 3);
        table.Promote(token, 1);
        Assert.True(table.Successors(token).IsEmpty);
    }
}
