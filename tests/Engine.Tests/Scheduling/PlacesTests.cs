using Slerp.Engine.Decoding;
using Slerp.Engine.Tests.Doubles;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Scheduling;

/// <summary>With no queue at all, who sends a request in the instant after another's end is not refused, and nobody gets two places.</summary>
public sealed class PlacesTests
{
    private const int Rounds = 300;

    [Fact]
    public async Task NextRequest_InTheInstantAfterTheEnd_FindsThePlace()
    {
        await using var harness = new LoopHarness(maxRunning: 1, queueLimit: 0);
        for (var round = 0; round < Rounds; round++)
        {
            var sequence = harness.Create("hello", 3);
            harness.Submit(sequence);
            Spin(() =>
            {
                sequence.Output.Take([], out _, out var finish, out var failure);
                Assert.Null(failure);
                return finish is not null;
            });
        }
    }

    [Fact]
    public async Task NextRequest_InTheInstantAfterAFailure_FindsThePlace()
    {
        await using var harness = new LoopHarness(maxRunning: 1, queueLimit: 0);
        for (var round = 0; round < Rounds; round++)
        {
            var sequence = harness.Create("hello", 8, tokenizer: new FaultyTokenizer(harness.Tokenizer, goodTokens: 2));
            harness.Submit(sequence);
            Spin(() =>
            {
                sequence.Output.Take([], out _, out _, out var failure);
                return failure is not null;
            });
        }
    }

    [Fact]
    public async Task NextRequest_InTheInstantAfterACancellation_FindsThePlace()
    {
        await using var harness = new LoopHarness(maxRunning: 1, queueLimit: 0);
        for (var round = 0; round < Rounds; round++)
        {
            var generation = harness.Submit(harness.Create("hello", 200));
            if (round % 3 > 0)
            {
                await generation.NextAsync(GenerationMode.Vanilla, default);
            }

            if (round % 2 == 0)
            {
                await generation.DisposeAsync();
                continue;
            }

            using var cancellation = new CancellationTokenSource();
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await generation.NextAsync(GenerationMode.Vanilla, cancellation.Token));
        }

        await harness.AnswerAsync(harness.Create("hello", 4));
        await TestTimeouts.EventuallyAsync(() => harness.IsIdle, "every place was given back");
    }

    [Fact]
    public async Task JudgedRequest_TakesItsPlaceAgain_WhereItIsSentBack()
    {
        await using var harness = new LoopHarness(maxRunning: 1, queueLimit: 0);
        for (var round = 0; round < 50; round++)
        {
            var collector = new SegmentCollector();
            var sequence = harness.Create("hello", 4, segments: collector);
            harness.Submit(sequence);
            var segment = await collector.ReadAsync();
            Assert.NotNull(segment.Finish);

            // Its last segment is made: the place is free, until it is sent back. Then it goes on, whoever has come meanwhile.
            var other = round % 2 == 0 ? harness.AnswerAsync(harness.Create("hello", 4)) : Task.CompletedTask;
            await harness.RejectAsync(sequence, 0);
            var tokens = new List<int>();
            Spin(() =>
            {
                sequence.Output.Take(tokens, out _, out var finish, out _);
                return finish is not null;
            });
            Assert.Equal(4, tokens.Count);
            await other;
        }
    }

    [Fact]
    public void Place_IsGivenBackOnce()
    {
        var places = new Places(2);
        var (first, second) = (places.TryTake()!, places.TryTake()!);
        Assert.Null(places.TryTake());
        Assert.Equal(2, places.Taken);
        first.Leave();
        first.Leave();
        Assert.Equal(1, places.Taken);
        first.Return();
        first.Return();
        Assert.Equal(2, places.Taken);
        second.Leave();
        first.Leave();
        Assert.Equal(0, places.Taken);
    }

    // A reader that looks all the time sees the end before the engine's thread has done anything else.
    private static void Spin(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TestTimeouts.Limit));
}
