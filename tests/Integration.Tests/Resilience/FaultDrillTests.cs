using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Gate;
using Slerp.Connector;
using Slerp.Engine;
using static Slerp.Integration.Tests.Resilience.DrillModel;

namespace Slerp.Integration.Tests.Resilience;

/// <summary>Faults on purpose in merged, judged answers of a real engine behind the real client: what was shown stays, and what follows is vanilla's.</summary>
/// <remarks>Every fault at every place is <see cref="DrillMatrixTests"/>'; here is what needs a setting of its own.</remarks>
public sealed class FaultDrillTests : IDisposable
{
    private readonly DrillModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task NoFault_NothingIsTold_AndMergingShows()
    {
        await using var drill = await _model.LoadAsync();
        var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, DrillFault.None);
        var outcome = await drill.RunAsync(DrillFault.None, messages, options, default);
        Assert.Empty(outcome.Told);
        Assert.Null(outcome.Reason);
        Assert.True(outcome.StrategyDiffers, "merging should change the text of this model");
        Assert.Equal((0, Tokens), (outcome.PagesLeaked, outcome.AcceptedTokens));
    }

    [Fact]
    public async Task MergeSimilarity_SpeaksBeforeATokenIsDecoded()
    {
        await using var drill = await _model.LoadAsync(configure: options => options.Quality.Checks = ["merge-similarity"]);
        var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, DrillFault.None);
        var outcome = await drill.RunAsync(DrillFault.None, messages, options, default);
        Assert.True(outcome is { PrefixOk: true, EqualsVanilla: true, PagesLeaked: 0, AcceptedTokens: 0 }, outcome.ToString());
        Assert.Equal(("quality", "prefill"), Assert.Single(outcome.Told));
        var answer = await drill.Client.GetResponseAsync(messages, options);
        Assert.Equal("merge-similarity", answer.AdditionalProperties![SlerpProperties.FallbackCheck]);
        Assert.Equal(0, answer.Usage!.AdditionalCounts![SlerpProperties.RejectedTokens]);
    }

    [Fact]
    public async Task DrafterThatThrows_AtAnyProposal()
    {
        await using var drill = await _model.LoadAsync();
        for (var proposal = 0; proposal < 12; proposal++)
        {
            var fault = new DrillFault("drafter", proposal);
            var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, fault);
            var outcome = await drill.RunAsync(fault, messages, options, default);
            Assert.True(outcome is { PrefixOk: true, EqualsVanilla: true, PagesLeaked: 0 }, $"{fault}: {outcome}");
            Assert.Equal(("error", "draft"), Assert.Single(outcome.Told));
            Assert.Equal((Tokens, "length"), ((int)outcome.Tokens.Told, outcome.Finish));
        }
    }

    [Fact]
    public async Task DrafterThatThrows_InAMergedAnswer_ChangesNothingOfIt()
    {
        await using var drill = await _model.LoadAsync();
        var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, DrillFault.None);
        options.AdditionalProperties![SlerpProperties.Drafter] = "auto";
        var undisturbed = (await drill.Client.GetResponseAsync(messages, options)).Text;
        drill.Metrics.TakeFallbacks();
        drill.Arm(new DrillFault("drafter", 2));
        Assert.Equal(undisturbed, (await drill.Client.GetResponseAsync(messages, options)).Text);
        drill.Disarm();
        Assert.Equal(("error", "draft"), Assert.Single(drill.Metrics.TakeFallbacks()));
        Assert.Equal(0, await drill.PagesLeakedAsync());
    }

    [Fact]
    public async Task OpenCircuit_IsNotTheOtherStrategys()
    {
        await using var drill = await _model.LoadAsync(configure: options => options.Resilience.CircuitBreaker.MinimumThroughput = 2);
        for (var request = 0; request < 2; request++)
        {
            await AssertHoldsAsync(drill, new DrillFault("quality", 0), "decode", 0);
        }

        await AssertOpenAsync(drill);
        var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, DrillFault.None);
        options.AdditionalProperties![SlerpProperties.Merge] = "incremental";
        Assert.Equal(0, (await drill.Client.GetResponseAsync(messages, options)).GetSlerpStatistics()!.Fallbacks);
    }

    [Fact]
    public async Task CancelledInTheVanillaPart_ShowsOnlyAPrefixOfIt()
    {
        await using var drill = await _model.LoadAsync();
        var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, DrillFault.None);
        drill.Arm(new DrillFault("quality", 1));
        var whole = (await drill.Client.GetResponseAsync(messages, options)).Text;
        using var cancellation = new CancellationTokenSource();
        var shown = "";

        // Two calls a layer: at most 29 passes before what was judged is taken back, at least 67 after.
        drill.Backend.Spoil = (call, _) =>
        {
            if (call == 50 * 2 * Layers)
            {
                cancellation.Cancel();
            }

            return false;
        };
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in drill.Client.GetStreamingResponseAsync(messages, options, cancellation.Token))
            {
                shown += update.Text;
            }
        });
        drill.Disarm();
        Assert.Equal(cancellation.Token, failure.CancellationToken);
        Assert.StartsWith(shown, whole, StringComparison.Ordinal);
        Assert.NotEqual(whole, shown);
        Assert.Equal(0, await drill.PagesLeakedAsync());
    }

    [Fact]
    public async Task HungCheck_AndACallerThatLeaves_IsACancellation()
    {
        await using var drill = await _model.LoadAsync(configure: options => options.Quality.TimeLimit = TimeSpan.FromMinutes(5));
        var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, DrillFault.None);
        drill.Arm(new DrillFault("hang", 1));
        using var cancellation = new CancellationTokenSource();
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in drill.Client.GetStreamingResponseAsync(messages, options, cancellation.Token))
            {
                Assert.NotEmpty(update.Text);
                await cancellation.CancelAsync();
            }
        });
        drill.Disarm();
        Assert.Equal(cancellation.Token, failure.CancellationToken);
        Assert.Empty(drill.Metrics.TakeFallbacks());
        Assert.Equal(0, await drill.PagesLeakedAsync());
    }

    [Fact]
    public async Task RowsOfAnAcceptedMergedAnswer_AreNotTakenForVanillas()
    {
        await using var drill = await _model.LoadAsync(configure: options => options.Engine.CachedPrefixes = 32);
        var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, DrillFault.None);
        var outcome = await drill.RunAsync(DrillFault.None, messages, options, default);
        Assert.Equal(Tokens, outcome.AcceptedTokens);

        // The whole conversation lies merged in the prefix cache now; what is taken back goes on from rows that are not.
        foreach (var segment in new[] { 0, 1, 2, 3 })
        {
            await AssertHoldsAsync(drill, new DrillFault("quality", segment), "decode", segment);
        }
    }

    [Fact]
    public async Task ManyAtOnce_EachFallsBackAlone()
    {
        await using var drill = await _model.LoadAsync();
        var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, DrillFault.None);
        var undisturbed = (await drill.Client.GetResponseAsync(messages, options)).Text;
        drill.Arm(new DrillFault("quality", 1));
        var fallen = (await drill.Client.GetResponseAsync(messages, options)).Text;
        var plain = options.Clone();
        plain.AdditionalProperties![SlerpProperties.Merge] = "none";
        var vanilla = (await drill.Client.GetResponseAsync(messages, plain)).Text;
        drill.Metrics.TakeFallbacks();
        var mixed = await Task.WhenAll(Enumerable.Range(0, 12).Select(index => drill.Client.GetResponseAsync(messages, index % 3 == 0 ? plain : options)));
        Assert.Equal(Enumerable.Range(0, 12).Select(index => index % 3 == 0 ? vanilla : fallen), mixed.Select(response => response.Text));
        Assert.Equal(8, drill.Metrics.TakeFallbacks().Count);

        // The same with values that are no numbers: whoever shares the step is struck with it, and each goes on as it would alone.
        drill.Arm(new DrillFault("nan", 1));
        var struck = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => drill.Client.GetResponseAsync(messages, options)));
        drill.Disarm();
        foreach (var response in struck)
        {
            Assert.Equal(Tokens, (int)response.Usage!.OutputTokenCount!);
            Assert.True(response.Text == undisturbed || response.GetSlerpStatistics()!.Fallbacks == 1);
        }

        Assert.Equal(0, await drill.PagesLeakedAsync());
    }

    [Fact]
    public async Task ComparedAnswers_AreToldByLaterOnes_AndChangeNoText()
    {
        await using var drill = await _model.LoadAsync(configure: options => options.Quality.ShadowShare = 1);
        var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, DrillFault.None);
        using var comparisons = new ComparisonCount();
        var answers = new List<ChatResponse>();
        for (var request = 0; request < 4; request++)
        {
            var before = comparisons.Count;
            answers.Add(await drill.Client.GetResponseAsync(messages, options));
            await comparisons.WaitAsync(before, default);
        }

        Assert.Equal([0L, 1, 2, 3], answers.Select(answer => answer.Usage!.AdditionalCounts![SlerpProperties.ShadowAnswers]));
        Assert.Equal(comparisons.Mean, Assert.IsType<double>(answers[^1].AdditionalProperties![SlerpProperties.ShadowAgreement]), 6);
        Assert.InRange(comparisons.Mean, 0.01, 0.99);
        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Equal(0, await drill.PagesLeakedAsync());
    }

    [Fact]
    public async Task SteeredCutoff_MergesToItsEnd_ThenTheCircuitOpens()
    {
        await using var drill = await _model.LoadAsync(configure: options => (options.Quality.ShadowShare, options.Quality.AgreementBudget, options.Resilience.CircuitBreaker.MinimumThroughput) = (1, 1, 2));
        Assert.Equal(Layers, drill.Client.GetService<ModelInfo>()!.Layers);
        var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, DrillFault.None);
        using var comparisons = new ComparisonCount();
        var cutoffs = new List<double>();
        while (true)
        {
            var before = comparisons.Count;
            var answer = await drill.Client.GetResponseAsync(messages, options);
            if (answer.GetSlerpStatistics()!.Fallbacks > 0)
            {
                Assert.Equal("circuit_open", answer.AdditionalProperties![SlerpProperties.FallbackReason]);
                break;
            }

            Assert.True(answer.GetSlerpStatistics()!.MergedTokens > 0, "every cutoff merges something");
            cutoffs.Add((double)answer.AdditionalProperties![SlerpProperties.MergeCutoff]!);
            Assert.True(cutoffs.Count < 50, string.Join(' ', cutoffs));
            await comparisons.WaitAsync(before, default);
        }

        Assert.Equal((double)(Layers - 2) / Layers, cutoffs[^1]);
        Assert.Equal(0, await drill.PagesLeakedAsync());
    }

    private static async Task AssertHoldsAsync(FallbackDrill drill, DrillFault fault, string stage, int segments)
    {
        var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, fault);
        var outcome = await drill.RunAsync(fault, messages, options, default);
        Assert.True(outcome is { PrefixOk: true, EqualsVanilla: true, PagesLeaked: 0 }, $"{fault}: {outcome}");
        Assert.Equal((fault.Reason, stage), Assert.Single(outcome.Told));
        Assert.Equal((fault.Reason, segments), (outcome.Reason, outcome.AcceptedSegments));
        Assert.Equal(DrillFault.FirstToken(segments), outcome.AcceptedTokens);
        Assert.True(segments < 2 || outcome.StrategyDiffers, "by then merging should have changed the text");
        Assert.Equal((outcome.Tokens.Expected, "length"), ((int)outcome.Tokens.Told, outcome.Finish));
    }

    private static async Task AssertOpenAsync(FallbackDrill drill)
    {
        var (messages, options) = FallbackDrill.Request(Passage, Question, Tokens, DrillFault.None);
        var outcome = await drill.RunAsync(DrillFault.None, messages, options, default);
        Assert.True(outcome is { PrefixOk: true, EqualsVanilla: true, PagesLeaked: 0, AcceptedTokens: 0 }, outcome.ToString());
        Assert.Equal(("circuit_open", "prefill"), Assert.Single(outcome.Told));
        Assert.Equal(2, drill.Metrics.Circuit());
    }
}
