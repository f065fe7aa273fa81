using Slerp.Engine.Steps;

namespace Slerp.Engine.Tests.Steps;

public sealed class TokenTreeTests
{
    [Fact]
    public void SetChain_GivesEachNodeItsPredecessorAsParent()
    {
        var tree = new TokenTree();
        tree.SetChain([7, 8, 9]);
        Assert.Equal([7, 8, 9], tree.Tokens.ToArray());
        Assert.Equal([-1, 0, 1], tree.Parents.ToArray());
        Assert.Equal([0, 1, 2], tree.Depths.ToArray());
    }

    [Fact]
    public void FindChild_LooksOnlyBelowItsNode()
    {
        var tree = new TokenTree();
        var root = tree.Add(5, -1);
        var seven = tree.Add(7, root);
        tree.Add(2, root);
        var one = tree.Add(1, seven);
        Assert.Equal(seven, tree.FindChild(root, 7));
        Assert.Equal(one, tree.FindChild(seven, 1));
        Assert.Equal(-1, tree.FindChild(root, 1));
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(0)]
    public void Add_ParentThatIsNotThere_IsRefused(int parent) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenTree().Add(1, parent));
}
