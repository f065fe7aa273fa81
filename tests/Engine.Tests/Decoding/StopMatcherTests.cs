using System.Text;
using FsCheck.Fluent;
using Slerp.Engine.Decoding;

namespace Slerp.Engine.Tests.Decoding;

public sealed class StopMatcherTests
{
    [Fact]
    public void Advance_OverlappingPrefix_IsFound()
    {
        // After "aab" the stop "ab…" must not have been lost by the longer attempt.
        Assert.Equal((4, 3), Run("aabc", "abc"));
        Assert.Equal((5, 5), Run("xaaab", "xaaab", "aab"));
    }

    [Fact]
    public void Pending_IsTheLongestPossibleBeginning()
    {
        var matcher = Matcher("</tool>", "<");
        Assert.Equal(1, matcher.Advance((byte)'<'));
        var other = Matcher("</tool>");
        foreach (var value in "a</to"u8)
        {
            Assert.Equal(0, other.Advance(value));
        }

        Assert.Equal(4, other.Pending);
    }

    [Fact]
    public void Advance_AgreesWithSearchingTheText()
    {
        var letters = Gen.Elements('a', 'b', 'c').ArrayOf().Select(chars => new string(chars));
        var stops = letters.Where(text => text.Length is > 0 and < 5).ListOf().Where(list => list.Count is > 0 and < 4);
        Prop.ForAll(letters.ToArbitrary(), stops.ToArbitrary(), (text, list) =>
        {
            var expected = (0, 0);
            for (var end = 1; end <= text.Length && expected == (0, 0); end++)
            {
                var longest = list.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).Select(stop => stop.Length).DefaultIfEmpty(0).Max();
                expected = longest > 0 ? (end, longest) : expected;
            }

            Assert.Equal(expected, Run(text, [.. list]));
        }).Holds();
    }

    private static (int End, int Length) Run(string text, params string[] stops)
    {
        var matcher = Matcher(stops);
        for (var index = 0; index < text.Length; index++)
        {
            var length = matcher.Advance((byte)text[index]);
            if (length > 0)
            {
                return (index + 1, length);
            }
        }

        return (0, 0);
    }

    private static StopMatcher Matcher(params string[] stops) => new([.. stops.Select(Encoding.UTF8.GetBytes)]);
}
