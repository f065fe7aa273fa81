using FsCheck.Fluent;
using Slerp.Engine.Sampling;

namespace Slerp.Engine.Tests.Sampling;

public sealed class TopSelectionTests
{
    [Fact]
    public void Select_EqualsSorting()
    {
        var values = Gen.Choose(-5, 5).Select(value => (float)value).ArrayOf();
        Prop.ForAll(values.ToArbitrary(), Gen.Choose(1, 12).ToArbitrary(), (row, count) =>
        {
            var indices = new int[count];
            var selected = new float[count];
            var found = TopSelection.Select(row, indices, selected);
            var expected = row.Select((value, index) => (value, index)).OrderByDescending(pair => pair.value).ThenBy(pair => pair.index).Take(count).ToList();
            Assert.Equal(expected.Select(pair => pair.index), indices[..found]);
            Assert.Equal(expected.Select(pair => pair.value), selected[..found]);
        }).Holds();
    }

    [Fact]
    public void Select_ExcludedValues_NeverEnter()
    {
        var indices = new int[3];
        Assert.Equal(1, TopSelection.Select([float.NegativeInfinity, 1f, float.NegativeInfinity], indices, new float[3]));
        Assert.Equal(1, indices[0]);
    }
}
