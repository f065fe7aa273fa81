using FsCheck.Fluent;
using Slerp.Engine.Drafting.PromptLookup;

namespace Slerp.Engine.Tests.Drafting;

public sealed class SuffixIndexTests
{
    [Fact]
    public void WorkedExample_DraftsWhatFollowed()
    {
        var index = Index(1, 2, 3, 1, 2);
        Assert.Equal(2, index.MatchLength);
        Assert.Equal([3, 1, 2], Enumerable.Range(index.MatchEnd, index.Count - index.MatchEnd).Select(position => index[position]));
    }

    [Fact]
    public void Match_IsTheLongestSuffixThatOccurredBefore()
    {
        Prop.ForAll(Gen.Choose(0, 3).ArrayOf().ToArbitrary(), text =>
        {
            var index = new SuffixIndex();
            for (var end = 1; end <= text.Length; end++)
            {
                index.Append(text[end - 1]);
                var expected = Longest(text[..end]);
                Assert.Equal(expected, index.MatchLength);
                if (expected > 0)
                {
                    // What stands before the match's end is the suffix itself, and it ends earlier.
                    Assert.InRange(index.MatchEnd, expected, end - 1);
                    Assert.Equal(text[(end - expected)..end], text[(index.MatchEnd - expected)..index.MatchEnd]);
                }
            }
        }).Holds();
    }

    private static int Longest(int[] text)
    {
        for (var length = text.Length - 1; length > 0; length--)
        {
            for (var end = length; end < text.Length; end++)
            {
                if (text.AsSpan(end - length, length).SequenceEqual(text.AsSpan(text.Length - length)))
                {
                    return length;
                }
            }
        }

        return 0;
    }

    private static SuffixIndex Index(params int[] text)
    {
        var index = new SuffixIndex();
        foreach (var token in text)
        {
            index.Append(token);
        }

        return index;
    }
}
