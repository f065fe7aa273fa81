using Slerp.Benchmarks.Gate;
using Slerp.Connector;
using Slerp.Tests.Shared;
using static Slerp.Integration.Tests.Resilience.DrillModel;

namespace Slerp.Integration.Tests.Resilience;

/// <summary>Every fault in every way of decoding, with and without drafts, with and without merging: the same invariants hold in all of them.</summary>
/// <remarks>What was streamed is a prefix of the final text, what follows the fallback is what vanilla decoding continues with, pages return, and the metric names the reason.</remarks>
public sealed class DrillMatrixTests : IDisposable
{
    private const int Segments = 5;

    /// <summary>The way that is struck most densely.</summary>
    private static readonly DrillWay Usual = new("prompt", "vanilla");

    private readonly DrillModel _model = new();

    public static TheoryData<string, string> Ways => new()
    {
        { "none", "vanilla" }, { "none", "recycling" }, { "prompt", "vanilla" }, { "prompt", "recycling" }, { "incremental", "vanilla" },
    };

    public static TheoryData<string, string> DraftedWays => new() { { "none", "recycling" }, { "prompt", "recycling" } };

    public void Dispose() => _model.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Check_FailsOrThrows_AtThePromptAndAtEverySegment(string merge, string drafter)
    {
        var way = new DrillWay(merge, drafter);
        await using var drill = await _model.LoadAsync();
        var differing = 0;
        foreach (var kind in new[] { "quality", "throw" })
        {
            foreach (var segment in Judged(way))
            {
                var outcome = await HoldsAsync(drill, way, new DrillFault(kind, segment));
                Assert.Equal((Math.Max(0, segment), DrillFault.FirstToken(segment)), (outcome.AcceptedSegments, outcome.AcceptedTokens));
                Assert.Equal((new DrillFault(kind, segment).Reason, segment < 0 ? "prefill" : "decode"), Assert.Single(outcome.Told));
                differing += outcome.StrategyDiffers ? 1 : 0;
            }
        }

        Assert.Equal(way.IsLossy, differing > 0);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Check_Hangs_AtThePromptAndAtSegments(string merge, string drafter)
    {
        var way = new DrillWay(merge, drafter);
        await using var drill = await _model.LoadAsync(configure: static options => options.Quality.TimeLimit = TimeSpan.FromSeconds(1));
        foreach (var segment in way == Usual ? Judged(way) : way.IsLossy ? [-1, 0, 2] : [0, 2])
        {
            var outcome = await HoldsAsync(drill, way, new DrillFault("hang", segment));
            Assert.Equal((Math.Max(0, segment), DrillFault.FirstToken(segment)), (outcome.AcceptedSegments, outcome.AcceptedTokens));
            Assert.Equal(("timeout", segment < 0 ? "prefill" : "decode"), Assert.Single(outcome.Told));
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Engine_Fails_AtAnyLayerAndStep(string merge, string drafter)
    {
        var way = new DrillWay(merge, drafter);
        await using var drill = await _model.LoadAsync();
        foreach (var kind in new[] { "nan", "step" })
        {
            var struck = 0;
            var (passes, stride) = way == Usual ? (30, kind == "nan" ? 1 : 3) : (24, kind == "nan" ? 2 : 5);
            for (var pass = 0; pass < passes; pass += stride)
            {
                for (var call = 0; call < 2 * Layers; call++)
                {
                    // Where drafts carry an answer to its end in fewer passes it is not struck.
                    var fault = new DrillFault(kind, 0) { Token = pass, Call = call };
                    var outcome = await HoldsAsync(drill, way, fault, mayMiss: drafter != "vanilla");
                    Assert.Equal(DrillFault.FirstToken(outcome.AcceptedSegments), outcome.Reason is null ? DrillFault.FirstToken(outcome.AcceptedSegments) : outcome.AcceptedTokens);
                    Assert.True(drafter != "vanilla" || outcome.AcceptedSegments == SegmentOf(pass), $"{way} {fault}: {outcome}");
                    Assert.All(outcome.Told, told => Assert.Equal((fault.Reason, pass == 0 ? "prefill" : "decode"), told));
                    struck += outcome.Told.Count;
                }
            }

            Assert.True(struck > 2 * Layers, $"{struck} were struck");
        }
    }

    [Theory]
    [MemberData(nameof(DraftedWays))]
    public async Task Drafter_Throws_AtAnyProposal_AndChangesNothing(string merge, string drafter)
    {
        var way = new DrillWay(merge, drafter);
        await using var drill = await _model.LoadAsync();
        var (messages, options) = way.Request(Passage, Question, Tokens);
        var undisturbed = await drill.Client.GetResponseAsync(messages, options);
        Assert.True(undisturbed.Usage!.AdditionalCounts![SlerpProperties.DraftProposed] > 0, "it drafts");
        drill.Metrics.TakeFallbacks();
        var told = 0;
        for (var proposal = 0; proposal < 12; proposal++)
        {
            drill.Arm(new DrillFault("drafter", proposal));
            var updates = await drill.Client.GetStreamingResponseAsync(messages, options).ToListAsync();
            drill.Disarm();
            Assert.Equal(undisturbed.Text, string.Concat(updates.Select(static update => update.Text)));
            foreach (var one in drill.Metrics.TakeFallbacks())
            {
                Assert.Equal(("error", "draft"), one);
                told++;
            }

            Assert.Equal(0, await drill.PagesLeakedAsync());
        }

        Assert.True(told >= 6, $"{told} were struck");
    }

    [Theory]
    [MemberData(nameof(DraftedWays))]
    public async Task DrafterAndCheck_FailInOneAnswer(string merge, string drafter)
    {
        // The drafter throws at its second proposal, whatever else happens; the check at every segment in turn.
        var way = new DrillWay(merge, drafter);
        await using var drill = await _model.LoadAsync();
        for (var segment = 0; segment < Segments; segment++)
        {
            var outcome = await HoldsAsync(drill, way, new DrillFault("quality", segment), alsoDrafter: true);
            Assert.Equal(segment, outcome.AcceptedSegments);
            Assert.Equal([("error", "draft"), ("quality", "decode")], outcome.Told.Order());
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Circuit_OpensStaysOpenProbesAndCloses(string merge, string drafter)
    {
        var way = new DrillWay(merge, drafter);
        var clock = new ManualClock();
        await using var drill = await _model.LoadAsync(clock, static options => options.Resilience.CircuitBreaker.MinimumThroughput = 3);
        foreach (var kind in new[] { "quality", "nan", "throw" })
        {
            Assert.Equal("decode", Assert.Single((await HoldsAsync(drill, way, new DrillFault(kind, 0))).Told).Stage);
        }

        await AssertOpenAsync(drill, way);
        clock.Advance(TimeSpan.FromSeconds(59));
        await AssertOpenAsync(drill, way);
        clock.Advance(TimeSpan.FromSeconds(2));

        // A bad probe opens it for as long again.
        var probing = await HoldsAsync(drill, way, new DrillFault(drafter == "vanilla" ? "nan" : "quality", 1));
        Assert.Equal((1, "decode"), (probing.AcceptedSegments, Assert.Single(probing.Told).Stage));
        await AssertOpenAsync(drill, way);
        clock.Advance(TimeSpan.FromSeconds(61));
        var (messages, options) = way.Request(Passage, Question, Tokens);
        var probe = await drill.RunAsync(DrillFault.None, messages, options, default);
        Assert.Equal((Tokens, 0, 0), (probe.AcceptedTokens, probe.Told.Count, drill.Metrics.Circuit()));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Caller_LeavesDuringTheFallback(string merge, string drafter)
    {
        var way = new DrillWay(merge, drafter);
        await using var drill = await _model.LoadAsync();
        var (messages, options) = way.Request(Passage, Question, Tokens);
        for (var segment = way.IsLossy ? -1 : 0; segment < Segments; segment++)
        {
            drill.Arm(new DrillFault("quality", segment));
            var whole = (await drill.Client.GetResponseAsync(messages, options)).Text;
            Assert.Equal(("quality", segment < 0 ? "prefill" : "decode"), Assert.Single(drill.Metrics.TakeFallbacks()));

            // As it is about to fail, and some passes later: while the prompt is read again, or in the vanilla part.
            foreach (var passes in new[] { 0, 1, 2, 6 })
            {
                using var cancellation = new CancellationTokenSource();
                var left = -1;
                drill.Backend.Spoil = (_, _) =>
                {
                    if (left > 0 && --left == 0)
                    {
                        cancellation.Cancel();
                    }

                    return false;
                };
                drill.Struck = () =>
                {
                    left = passes * 2 * Layers;
                    if (passes == 0)
                    {
                        cancellation.Cancel();
                    }
                };
                var shown = "";
                OperationCanceledException? failure = null;
                try
                {
                    await foreach (var update in drill.Client.GetStreamingResponseAsync(messages, options, cancellation.Token))
                    {
                        shown += update.Text;
                    }
                }
                catch (OperationCanceledException leaving)
                {
                    failure = leaving;
                }

                // Near its end an answer may be over before so many passes.
                Assert.StartsWith(shown, whole, StringComparison.Ordinal);
                Assert.True(failure is null ? shown == whole && passes > 0 : failure.CancellationToken == cancellation.Token, $"segment {segment}, {passes} passes: {failure}");
                drill.Disarm();
                drill.Metrics.TakeFallbacks();
                Assert.Equal(0, await drill.PagesLeakedAsync());
                drill.Arm(new DrillFault("quality", segment));
            }
        }
    }

    // The prompt, twice, where it is judged; then each segment.
    private static int[] Judged(DrillWay way) => [.. way.IsLossy ? [-1, -1] : Array.Empty<int>(), .. Enumerable.Range(0, Segments)];

    // Where no draft makes a segment longer.
    private static int SegmentOf(int token) => Enumerable.Range(1, Segments).TakeWhile(segment => DrillFault.FirstToken(segment) <= token).Count();

    private static async Task<DrillOutcome> HoldsAsync(FallbackDrill drill, DrillWay way, DrillFault fault, bool mayMiss = false, bool alsoDrafter = false)
    {
        var (messages, options) = way.Request(Passage, Question, Tokens);
        var outcome = await drill.RunAsync(fault, messages, options, default, alsoDrafter);
        Assert.True(outcome is { PrefixOk: true, EqualsVanilla: true, PagesLeaked: 0 }, $"{way} {fault}: {outcome}");
        Assert.Equal((outcome.Tokens.Expected, "length"), ((int)outcome.Tokens.Told, outcome.Finish));
        Assert.True(outcome.Reason == fault.Reason || (mayMiss && outcome.Reason is null), $"{way} {fault}: {outcome}");
        Assert.True(way.IsLossy || !outcome.StrategyDiffers, "what is lossless is vanilla's");
        Assert.True(way.Merge != "prompt" || outcome.AcceptedSegments < 2 || outcome.StrategyDiffers, "by then merging should have changed the text");
        return outcome;
    }

    private static async Task AssertOpenAsync(FallbackDrill drill, DrillWay way)
    {
        var (messages, options) = way.Request(Passage, Question, Tokens);
        var outcome = await drill.RunAsync(DrillFault.None, messages, options, default);
        Assert.True(outcome is { PrefixOk: true, EqualsVanilla: true, PagesLeaked: 0, AcceptedTokens: 0 }, outcome.ToString());
        Assert.Equal(("circuit_open", "prefill"), Assert.Single(outcome.Told));
        Assert.Equal(2, drill.Metrics.Circuit());
    }
}
