using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Slerp.Connector.Resilience;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Resilience;

/// <summary>Comparisons with the unmerged model: how many there are, what they move, and that no reader notices.</summary>
public sealed class ShadowJudgeTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.25, 2)]
    [InlineData(0.5, 4)]
    [InlineData(1, 8)]
    public async Task Share_IsHowManyAreCompared(double share, int expected)
    {
        using var under = Under(Agreeing(10, 10), options => options.Quality.ShadowShare = share);
        var compared = 0;
        for (var request = 0; request < 8; request++)
        {
            await under.AskAsync(true, Merged());
            compared += under.Engine.LastGeneration!.Comparisons;
        }

        Assert.Equal(expected, compared);
    }

    [Fact]
    public async Task WhatWasNotMergedToItsEnd_IsNotCompared()
    {
        using var under = Under(Agreeing(10, 10), options => options.Quality.ShadowShare = 1, bad: 1);
        await under.AskAsync(true, Merged());
        Assert.Equal((1, 0), (under.Engine.LastGeneration!.Rejections, under.Engine.LastGeneration.Comparisons));

        using var left = Under(Agreeing(10, 10), options => options.Quality.ShadowShare = 1);
        await foreach (var update in left.Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")], Merged()))
        {
            Assert.Equal("one ", update.Text);
            break;
        }

        // Whether the whole was made before its reader left or not: what is compared has ended.
        await left.AskAsync(true);
        Assert.Equal(0, left.Engine.LastGeneration!.Comparisons);
    }

    [Fact]
    public async Task Comparison_IsNotWaitedFor_AndToldByLaterAnswers()
    {
        var comparison = new TaskCompletionSource<AnswerAgreement?>();
        using var under = Under(() => new ValueTask<AnswerAgreement?>(comparison.Task), options => options.Quality.ShadowShare = 1);
        var first = await under.AskAsync(true, Merged());
        Assert.Equal(0, first.Usage!.AdditionalCounts![SlerpProperties.ShadowAnswers]);
        Assert.False(first.AdditionalProperties!.ContainsKey(SlerpProperties.ShadowAgreement));
        comparison.SetResult(new AnswerAgreement(10, 9, 100, TimeSpan.FromSeconds(1)));
        var later = first;
        await EventuallyAsync(async () => (later = await under.AskAsync(true, Merged())).Usage!.AdditionalCounts![SlerpProperties.ShadowAnswers] > 0);
        Assert.Equal(0.9, later.AdditionalProperties![SlerpProperties.ShadowAgreement]);
    }

    [Fact]
    public async Task ComparisonThatFails_ChangesNothing()
    {
        using var under = Under(() => ValueTask.FromException<AnswerAgreement?>(new ObjectDisposedException("engine")), options => options.Quality.ShadowShare = 1);
        for (var request = 0; request < 8; request++)
        {
            Assert.Equal("one two", (await under.AskAsync(true, Merged())).Text);
        }

        Assert.Equal(0, (await under.AskAsync(true, Merged())).GetSlerpStatistics()!.Fallbacks);
    }

    [Fact]
    public async Task Disagreement_OpensTheCircuit()
    {
        var clock = new ManualClock();
        var found = 0;
        using var under = Under(
            () => Interlocked.Increment(ref found) <= 20 ? Agreeing(10, 10)() : Agreeing(5, 10)(), options => options.Quality.ShadowShare = 0.5, clock: clock);
        await EventuallyAsync(async () => Reason(await under.AskAsync(true, Merged())) == "circuit_open");
        Assert.IsType<MergingMode.None>(under.Engine.LastRequest.Merging);

        // What is not merged agrees with itself: nothing is compared while it is open; then one request probes.
        Assert.Equal(0, under.Engine.LastGeneration!.Comparisons);
        clock.Advance(TimeSpan.FromSeconds(61));
        under.Engine.Comparison = Agreeing(10, 10);
        Assert.Null(Reason(await under.AskAsync(true, Merged())));
        Assert.Null(Reason(await under.AskAsync(true, Merged())));
    }

    [Fact]
    public async Task FewDisagreements_LeaveTheCircuitAlone()
    {
        var found = 0;
        using var under = Under(() => Interlocked.Increment(ref found) % 4 == 0 ? Agreeing(5, 10)() : Agreeing(8, 10)(), options => options.Quality.ShadowShare = 1);
        for (var request = 0; request < 20; request++)
        {
            Assert.Null(Reason(await under.AskAsync(true, Merged())));
        }
    }

    [Fact]
    public async Task Budget_RaisesTheCutoffAndLowersItAgain_ThenTheCircuitOpens()
    {
        using var under = Under(Agreeing(50, 64), options =>
            (options.Quality.ShadowShare, options.Quality.AgreementBudget, options.Defaults.Merging.Cutoff) = (1, 0.9, 0.25));
        Assert.Equal(0.25, await CutoffAsync(under));
        await EventuallyAsync(async () => await CutoffAsync(under) >= 0.5);
        under.Engine.Comparison = Agreeing(64, 64);
        await EventuallyAsync(async () => await CutoffAsync(under) == 0.25);

        // A request that wants less merged is not merged more for it.
        Assert.Equal(0.75, await CutoffAsync(under, 0.75));
        under.Engine.Comparison = Agreeing(0, 64);
        await EventuallyAsync(async () => Reason(await under.AskAsync(true, Merged())) == "circuit_open");
    }

    [Fact]
    public void Steering_StaysBelowTheEnd_AndLeavesLayersAlone()
    {
        var steering = new CutoffSteering(0.9, 16);
        var asked = Only(new MergeCutoff.Share(0.25));
        Assert.Equal(asked, steering.Apply(asked));
        Assert.Null(steering.Note(new AnswerAgreement(31, 0, 31, TimeSpan.Zero), 0.25));
        Assert.Equal(0.375, steering.Note(new AnswerAgreement(1, 0, 1, TimeSpan.Zero), 0.25));
        for (var answer = 0; answer < 10; answer++)
        {
            steering.Note(new AnswerAgreement(64, 0, 64, TimeSpan.Zero), At(steering));
        }

        Assert.True(steering.IsAtItsEnd(At(steering)));
        Assert.Equal(Only(new MergeCutoff.Share(0.875)), steering.Apply(asked));
        Assert.Equal(Only(new MergeCutoff.Layer(3)), steering.Apply(Only(new MergeCutoff.Layer(3))));
        Assert.Equal(MergingMode.None.Instance, steering.Apply(MergingMode.None.Instance));

        // Within the budget but not far: it stays. Far: back, never below what is asked.
        Assert.Null(steering.Note(new AnswerAgreement(100, 92, 100, TimeSpan.Zero), At(steering)));
        for (var answer = 0; answer < 100; answer++)
        {
            steering.Note(new AnswerAgreement(64, 64, 64, TimeSpan.Zero), At(steering));
        }

        Assert.Equal(asked, steering.Apply(asked));
    }

    [Fact]
    public void Steering_EndsWhereALayerIsStillMerged()
    {
        for (var layers = 1; layers <= 128; layers++)
        {
            var steering = new CutoffSteering(0.9, layers);
            var cutoff = 0.0;
            while (steering.Note(new AnswerAgreement(32, 0, 32, TimeSpan.Zero), cutoff) is { } raised)
            {
                Assert.False(steering.IsAtItsEnd(cutoff));
                Assert.InRange(raised, cutoff + 0.001, 0.875);
                cutoff = raised;
            }

            // The engine's c: layers up to it see every row, one above it at least does not.
            Assert.True(steering.IsAtItsEnd(cutoff));
            Assert.InRange((int)Math.Floor(cutoff * layers), 0, Math.Max(0, layers - 2));
            Assert.Equal(Only(new MergeCutoff.Share(Math.Max(cutoff, 0))), steering.Apply(Only(new MergeCutoff.Share(0))));
        }
    }

    [Theory]
    [InlineData(4, 0.5)]
    [InlineData(8, 0.75)]
    [InlineData(16, 0.875)]
    public async Task Budget_OpensTheCircuit_WhereTheNextCutoffWouldMergeNothing(int layers, double last)
    {
        using var under = Under(Agreeing(0, 64), options =>
            (options.Quality.ShadowShare, options.Quality.AgreementBudget, options.Defaults.Merging.Cutoff) = (1, 0.9, 0.25), layers: layers);
        var highest = 0.0;
        await EventuallyAsync(async () =>
        {
            var response = await under.AskAsync(true, Merged());
            highest = Math.Max(highest, StrategyOf.Cutoff(under.Engine.LastRequest) ?? 0);
            return Reason(response) == "circuit_open";
        });
        Assert.Equal(last, highest);
    }

    [Fact]
    public void Steering_LeavesACutoffAlone_BelowWhichItFailed()
    {
        var steering = new CutoffSteering(0.9, 16);
        steering.Apply(Only(new MergeCutoff.Share(0.25)));
        var moves = new List<double>();
        var cutoff = 0.25;
        for (var answer = 0; answer < 400; answer++)
        {
            // After half of the layers nothing is lost, before that much is.
            if (steering.Note(new AnswerAgreement(32, cutoff < 0.5 ? 20 : 32, 32, TimeSpan.Zero), cutoff) is { } moved)
            {
                moves.Add(cutoff = moved);
            }
        }

        Assert.Equal([0.375, 0.5, 0.375, 0.5, 0.375, 0.5, 0.375, 0.5], moves);
    }

    [Fact]
    public void Steering_GoesByTheAnswersOwnCutoff_AndForgetsWhatIsPast()
    {
        // The last request asks for much less merging than the answer that was compared.
        var steering = new CutoffSteering(0.9, 16);
        steering.Apply(Only(new MergeCutoff.Share(0.75)));
        Assert.Equal(0.375, steering.Note(new AnswerAgreement(32, 0, 32, TimeSpan.Zero), 0.25));
        Assert.Null(steering.Note(new AnswerAgreement(32, 0, 32, TimeSpan.Zero), 0.25));
        Assert.Null(steering.Note(new AnswerAgreement(32, 0, 32, TimeSpan.Zero), 0.9));
        Assert.Equal(0.375, At(steering));

        // What agrees after its own later cutoff does not spare the earlier one.
        Assert.Null(steering.Note(new AnswerAgreement(4096, 4096, 4096, TimeSpan.Zero), 0.75));
        Assert.Equal(0.25, steering.Note(new AnswerAgreement(4096, 4096, 4096, TimeSpan.Zero), 0.375));
    }

    [Fact]
    public async Task OwnCircuit_IsToldToo()
    {
        // A pipeline as an application makes it: the outcome passes through, and its fallback has nothing to go on with.
        var outcomes = new List<FallbackReason?>();
        var pipeline = new ResiliencePipelineBuilder<DecodingOutcome>()
            .AddVanillaFallback()
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<DecodingOutcome>
            {
                ShouldHandle = arguments =>
                {
                    outcomes.Add(arguments.Outcome.Result?.Reason);
                    return new ValueTask<bool>(SlerpResilience.IsFault(arguments.Outcome));
                },
            })
            .Build();
        var told = new DecodingOutcome { Reason = FallbackReason.Disagreement };
        var outcome = await pipeline.ExecuteAsync(_ => new ValueTask<DecodingOutcome>(told));
        Assert.Same(told, outcome);
        Assert.Equal([FallbackReason.Disagreement], outcomes);
    }

    [Theory]
    [InlineData(0, 0.9, "AgreementBudget")]
    [InlineData(1.5, null, "ShadowShare")]
    [InlineData(0.5, -0.1, "AgreementBudget")]
    public void WrongValues_AreNamed(double share, double? budget, string name)
    {
        var options = new SlerpChatClientOptions { Quality = { ShadowShare = share, AgreementBudget = budget } };
        var failure = Assert.Throws<OptionsValidationException>(() => new SlerpChatClient(options));
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
    }

    private static ClientUnderTest Under(Func<ValueTask<AnswerAgreement?>> comparison, Action<SlerpChatClientOptions> configure, int bad = -1, TimeProvider? clock = null, int layers = 16)
    {
        var segments = FakeEngine.Segments("one ", "two");
        return new ClientUnderTest(
            new FakeEngine
            {
                Model = FakeEngine.Info(layers: layers),
                Script = _ => [.. segments.Select((segment, index) => index == bad ? segment! with { Verdicts = [Verdict.Failed("drill")] } : segment)],
                VanillaScript = FakeEngine.Segments("VANILLA"),
                Comparison = comparison,
            },
            configure,
            clock);
    }

    private static ChatOptions Merged(double? cutoff = null)
    {
        var options = new ChatOptions { AdditionalProperties = new() { [SlerpProperties.Merge] = "prompt" } };
        if (cutoff is { } share)
        {
            options.AdditionalProperties[SlerpProperties.MergeCutoff] = share;
        }

        return options;
    }

    private static Func<ValueTask<AnswerAgreement?>> Agreeing(int agreeing, int tokens) =>
        () => new ValueTask<AnswerAgreement?>(new AnswerAgreement(tokens, agreeing, 100, TimeSpan.FromMilliseconds(1)));

    private static double At(CutoffSteering steering) =>
        ((MergeCutoff.Share)((MergingMode.PromptOnly)steering.Apply(Only(new MergeCutoff.Share(0.25)))).Cutoff).Fraction;

    private static MergingMode.PromptOnly Only(MergeCutoff cutoff) => new(cutoff, MergePairing.Blind.Instance, MergePositions.Mean, MergeVariant.PerRow);

    private static async Task<double> CutoffAsync(ClientUnderTest under, double? cutoff = null)
    {
        var response = await under.AskAsync(true, Merged(cutoff));
        Assert.Equal(StrategyOf.Cutoff(under.Engine.LastRequest), response.AdditionalProperties![SlerpProperties.MergeCutoff]);
        return Assert.IsType<MergeCutoff.Share>(Assert.IsType<MergingMode.PromptOnly>(under.Engine.LastRequest.Merging).Cutoff).Fraction;
    }

    private static string? Reason(ChatResponse response) => response.AdditionalProperties!.TryGetValue(SlerpProperties.FallbackReason, out var reason) ? (string?)reason : null;

    // Comparisons end when they end.
    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(TestTimeouts.Limit);
        while (!await condition())
        {
            Assert.False(timeout.IsCancellationRequested, "not in time");
        }
    }
}
