using Slerp.Engine.Decoding;

namespace Slerp.Engine.Tests.Decoding;

public sealed class SegmentCollectorTests
{
    [Theory]
    [InlineData(3, FinishReason.EndOfText)]
    [InlineData(4, FinishReason.EndOfText)]
    [InlineData(4, FinishReason.Length)]
    [InlineData(28, FinishReason.EndOfText)]
    [InlineData(29, FinishReason.Length)]
    [InlineData(100, FinishReason.EndOfText)]
    public async Task Segments_EndAtTheSameTokens_HoweverManyAStepGave(int tokens, FinishReason finish)
    {
        var one = await SegmentsAsync(tokens, finish, perStep: 1);
        Assert.Equal(finish, one[^1].Finish);
        Assert.Equal(tokens, one.Sum(static segment => segment.Tokens));
        foreach (var perStep in new[] { 2, 3, 5, 7, 32, 101 })
        {
            Assert.Equal(one, await SegmentsAsync(tokens, finish, perStep));
        }
    }

    [Fact]
    public async Task Segments_GrowFromFourToThirtyTwo() =>
        Assert.Equal([4, 8, 16, 32, 32, 8], (await SegmentsAsync(100, FinishReason.Length, perStep: 9)).Select(static segment => segment.Tokens));

    private static async Task<List<(int Tokens, int VisibleBytes, FinishReason? Finish)>> SegmentsAsync(int tokens, FinishReason finish, int perStep)
    {
        var collector = new SegmentCollector();
        // A token is two bytes; an end token is one more to take, and adds nothing.
        var ending = finish == FinishReason.EndOfText ? tokens + 1 : tokens;
        for (var taken = 0; taken < ending;)
        {
            for (var inStep = 0; inStep < perStep && taken < ending; inStep++)
            {
                taken++;
                if (taken <= tokens)
                {
                    collector.Add(visibleBytes: taken * 2);
                }
            }

            collector.EndStep(Math.Min(taken, tokens) * 2, taken == ending ? finish : null);
        }

        var segments = new List<(int, int, FinishReason?)>();
        do
        {
            var segment = await collector.ReadAsync();
            segments.Add((segment.Tokens.Length, segment.VisibleBytes, segment.Finish));
        }
        while (segments[^1].Item3 is null);
        return segments;
    }
}
