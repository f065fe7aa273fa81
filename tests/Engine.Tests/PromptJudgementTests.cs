using System.Text.Json;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>A merged prompt that is judged when it was read: nothing is decoded before, what fails is read again unmerged, and who does not ask pays nothing.</summary>
public sealed class PromptJudgementTests : IDisposable
{
    private const string Passage = "The river Ahr rises in Blankenheim, runs past vineyards for eighty-nine kilometres, and meets the Rhine near Sinzig.";
    private const int Tokens = 60;

    private static readonly MergePairing Blind = MergePairing.Blind.Instance;

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;
    private FaultyBackend? _backend;

    public PromptJudgementTests() => _path = new ToyCheckpoint { Layers = 4, Context = 512 }.Save(_folder);

    public static TheoryData<string> Modes => [.. Ways.Keys];

    private static Dictionary<string, MergingMode> Ways { get; } = new()
    {
        ["blind"] = Only(Blind),
        ["similar"] = Only(new MergePairing.Similar(0.2f)),
        ["compressed"] = new MergingMode.PromptOnly(new MergeCutoff.Layer(1), Blind, MergePositions.Compressed, MergeVariant.PerRow),
        ["reference"] = new MergingMode.PromptOnly(new MergeCutoff.Layer(1), Blind, MergePositions.Compressed, MergeVariant.Reference),
        ["incremental"] = new MergingMode.Incremental(new MergeCutoff.Layer(1), 3, 9, 4, MergePositions.Compressed),
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task PromptThatPasses_IsAnsweredAsIfNobodyHadAsked(string way)
    {
        foreach (var chunk in way == "reference" ? [512] : new[] { 512, 7, 2, 1 })
        {
            await using var engine = await LoadAsync(options => options with { PrefillChunkTokens = chunk, MaxConcurrentRequests = way == "reference" ? 1 : 4 });
            var request = Ask(Ways[way]);
            var merged = await engine.AnswerAsync(request);
            foreach (var drafter in way == "incremental" ? ["vanilla"] : new[] { "vanilla", "auto" })
            {
                // The second time all of the prompt lies in the cache.
                for (var time = 0; time < 2; time++)
                {
                    var asked = new List<QualityContext>();
                    var judged = await JudgedRun.DriveAsync(engine, Judged(request with { Drafter = drafter, Tenant = drafter }, Note(asked, Verdict.Passed)));
                    Assert.Equal(merged.Text, judged.Text);
                    Assert.Equal((Tokens, 0), (judged.Stats.OutputTokens, judged.Stats.RejectedTokens));
                    Assert.Equal((0, "", QualityScope.Prompt), (judged.Segments[0].Tokens, judged.Segments[0].Text, Assert.Single(judged.Segments[0].Verdicts).Scope));
                    Assert.Equal([4, 8, 16, 32], judged.Segments.Skip(1).Take(4).Select((segment, index) => index == 3 ? 32 : segment.Tokens));
                    var context = Assert.Single(asked);
                    Assert.Equal((-1, 0, judged.Stats.PromptTokens), (context.SegmentIndex, context.SegmentTokens, context.PromptTokens));
                    Assert.Equal(time == 0 || way is "reference" or "incremental", context.Merging.ComparedPairs > 0);
                    Assert.True(context.Merging.MergedTokens > 0);
                }
            }

            await AssertPagesReturnedAsync(engine);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task PromptThatFails_IsReadUnmerged_AndNoTokenWasDecoded(string way)
    {
        await using var engine = await LoadAsync(options => options with { MaxConcurrentRequests = way == "reference" ? 1 : 4 });
        var vanilla = await engine.AnswerAsync(Ask(MergingMode.None.Instance));
        var merged = await engine.AnswerAsync(Ask(Ways[way]) with { Tenant = "merged" });
        Assert.NotEqual(vanilla.Text, merged.Text);
        foreach (var drafter in way == "incremental" ? ["vanilla"] : new[] { "vanilla", "auto" })
        {
            for (var time = 0; time < 2; time++)
            {
                var asked = new List<QualityContext>();
                var judged = await JudgedRun.DriveAsync(
                    engine, Judged(Ask(Ways[way]) with { Drafter = drafter, Tenant = drafter }, Note(asked, Verdict.Failed("too different"))));
                Assert.Equal((vanilla.Text, ""), (judged.Text, judged.Before));
                Assert.Equal((Tokens, 0, 0L), (judged.Stats.OutputTokens, judged.Stats.RejectedTokens, judged.Stats.Merging.KvBytesSaved));

                // What was refused is not found in the cache by the next one; what vanilla read is, and merges nothing.
                Assert.True(Assert.Single(asked).Merging is { ComparedPairs: > 0 } || (time > 0 && asked[0].Merging.MergedTokens == 0), $"{asked[0]}");
            }
        }

        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task Judge_IsWaitedFor_BeforeATokenIsDecoded()
    {
        await using var engine = await LoadAsync();
        using var release = new ManualResetEventSlim();
        using var struck = new ManualResetEventSlim();
        var check = new ScriptedCheck(
            _ =>
            {
                struck.Set();
                release.Wait(TestTimeouts.Limit);
                return Verdict.Passed;
            },
            QualityScope.Prompt);
        await using var generation = await engine.GenerateAsync(Judged(Ask(Only(Blind)), check));
        var first = generation.NextAsync(GenerationMode.Accelerated, default).AsTask();
        Assert.True(struck.Wait(TestTimeouts.Limit));

        // Others run on meanwhile.
        Assert.Equal(8, (await engine.AnswerAsync(Ask(MergingMode.None.Instance) with { MaxOutputTokens = 8, Tenant = "other" })).Stats.OutputTokens);
        Assert.Equal((0, 0), (generation.Stats.OutputTokens, generation.Stats.Steps));
        release.Set();
        Assert.Equal(0, (await first).Tokens);
        await engine.AnswerAsync(Ask(MergingMode.None.Instance) with { MaxOutputTokens = 8, Tenant = "other" });
        Assert.Equal(0, generation.Stats.OutputTokens);
        generation.Accept();
        await TestTimeouts.EventuallyAsync(() => generation.Stats.OutputTokens == 4 + 8, "it goes on");
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task WhoDoesNotAsk_PaysNothing(bool asks, bool merges)
    {
        await using var engine = await LoadAsync(options => options with { CachedPrefixes = 0 });
        var request = Ask(merges ? Only(Blind) : MergingMode.None.Instance) with { MaxOutputTokens = 8 };
        _backend!.Spoil = static (_, _) => false;
        await engine.AnswerAsync(request);
        var passes = _backend.Calls;
        _backend.Spoil = static (_, _) => false;
        var asked = new List<QualityContext>();
        var judged = await JudgedRun.DriveAsync(engine, Judged(request, asks ? Note(asked, Verdict.Failed("never asked")) : ScriptedCheck.FailAt(99)));
        Assert.Equal((passes, 0), (_backend.Calls, asked.Count));
        Assert.Null(judged.Rejected);
        Assert.Equal(4, judged.Segments[0].Tokens);
    }

    [Theory]
    [InlineData("throws", VerdictKind.Threw)]
    [InlineData("hangs", VerdictKind.TimedOut)]
    public async Task JudgeThatIsAtFault_SendsThePromptBack(string fault, VerdictKind kind)
    {
        await using var engine = await LoadAsync();
        using var release = new ManualResetEventSlim();
        var vanilla = await engine.AnswerAsync(Ask(MergingMode.None.Instance));
        var check = new ScriptedCheck(_ => fault == "hangs" && release.Wait(TestTimeouts.Limit) ? Verdict.Passed : throw new InvalidOperationException("drill"), QualityScope.Prompt);
        var request = Judged(Ask(Only(Blind)), check);
        var judged = await JudgedRun.DriveAsync(engine, fault == "hangs" ? request with { Gate = request.Gate with { TimeLimit = TimeSpan.FromMilliseconds(50) } } : request);
        release.Set();
        var verdict = Assert.Single(judged.Rejected!.Verdicts);
        Assert.Equal((kind, QualityScope.Prompt), (verdict.Kind, verdict.Scope));
        Assert.Equal((vanilla.Text, 0), (judged.Text, judged.Rejected.Tokens));
        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task ReaderThatLeavesMeanwhile_LeavesNoUnjudgedRows()
    {
        await using var engine = await LoadAsync();
        var request = Judged(Ask(Only(Blind)), Note([], Verdict.Passed));
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await using var generation = await engine.GenerateAsync(request);
            var segment = await generation.NextAsync(GenerationMode.Accelerated, default);
            Assert.Equal(0, segment.Tokens);
        }

        await AssertPagesReturnedAsync(engine);
        var asked = new List<QualityContext>();
        await JudgedRun.DriveAsync(engine, Judged(Ask(Only(Blind)), Note(asked, Verdict.Passed)));
        Assert.True(Assert.Single(asked).Merging.ComparedPairs > 0);
    }

    [Fact]
    public async Task FaultWhileThePromptIsRead_IsThePrompts()
    {
        await using var engine = await LoadAsync(options => options with { CachedPrefixes = 0 });
        var vanilla = await engine.AnswerAsync(Ask(MergingMode.None.Instance));
        var merged = await engine.AnswerAsync(Ask(Only(Blind)));

        // Two calls a layer: the prompt, then its last token.
        for (var fault = 0; fault < 2 * 2 * 4; fault++)
        {
            var (at, asked) = (fault, new List<QualityContext>());
            _backend!.Spoil = (call, residual) =>
            {
                Array.Fill(residual, float.NaN);
                return call == at;
            };
            var judged = await JudgedRun.DriveAsync(engine, Judged(Ask(Only(Blind)), Note(asked, Verdict.Passed)), () => _backend.Spoil = null);
            if (fault is 6 or 7)
            {
                // After the last layer's keys and values were stored: no later row reads it.
                Assert.Equal(merged.Text, judged.Before);
                continue;
            }

            Assert.Equal((vanilla.Text, ""), (judged.Text, judged.Before));
            Assert.Equal(FaultStage.Prefill, judged.Rejected!.Fault!.Stage);
        }

        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task ManyInAFullCache_AreEachJudgedOnce()
    {
        // Six pages a layer: the prompt alone takes three.
        var page = 64L * 2 * 2 * 8 * 4;
        await using var roomy = await LoadAsync();
        var expected = await Task.WhenAll(Enumerable.Range(0, 6).Select(index =>
            roomy.AnswerAsync(Ask(index % 2 == 0 ? Only(Blind) : MergingMode.None.Instance) with { Tenant = $"{index}" })));
        await using var engine = await LoadAsync(options => options with { KvCacheBytes = page * 4 * 6, PrefillChunkTokens = 50 });
        var asked = Enumerable.Range(0, 6).Select(_ => new List<QualityContext>()).ToArray();
        var judged = await Task.WhenAll(Enumerable.Range(0, 6).Select(index => JudgedRun.DriveAsync(
            engine, Judged(Ask(Only(Blind)) with { Tenant = $"{index}" }, Note(asked[index], index % 2 == 0 ? Verdict.Passed : Verdict.Failed("drill"))))));
        Assert.Equal(expected.Select(static answer => answer.Text), judged.Select(static answer => answer.Text));
        Assert.All(asked, static contexts => Assert.True(Assert.Single(contexts).Merging.ComparedPairs > 0));
        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task PromptWhoseRowsMakeRoomMeanwhile_IsJudgedByWhatWasFound()
    {
        // Twenty pages: another answer grows until there is no room for both, and the younger gives way.
        await using var engine = await LoadAsync(options => options with { KvCacheBytes = 64L * 2 * 2 * 8 * 4 * 20, CachedPrefixes = 0 });
        var merged = await engine.AnswerAsync(Ask(Only(Blind)));
        var asked = new List<QualityContext>();

        // Judged by nobody, it waits for its reader after two segments.
        await using var other = await engine.GenerateAsync(Judged(EngineRequests.Raw("b", 250, drafter: "vanilla")));
        await using var generation = await engine.GenerateAsync(Judged(Ask(Only(Blind)), Note(asked, Verdict.Passed)));
        await TestTimeouts.EventuallyAsync(() => generation.Stats.Merging.MergedTokens > 0, "the prompt is read");
        Segment segment;
        do
        {
            segment = await other.NextAsync(GenerationMode.Accelerated, default);
            other.Accept();
        }
        while (segment.Finish is null);

        await TestTimeouts.EventuallyAsync(() => generation.Stats.Merging.MergedTokens == 0, "its rows made room");
        var text = "";
        segment = await generation.NextAsync(GenerationMode.Accelerated, default);
        Assert.Equal(merged.Stats.Merging.ComparedPairs, Assert.Single(asked).Merging.ComparedPairs);
        while (segment.Finish is null)
        {
            generation.Accept();
            segment = await generation.NextAsync(GenerationMode.Accelerated, default);
            text += segment.Text;
        }

        Assert.Equal(merged.Text, text);
        Assert.Single(asked);
        generation.Accept();
        await AssertPagesReturnedAsync(engine);
    }

    private static ScriptedCheck Note(List<QualityContext> asked, Verdict verdict) => new(
        context =>
        {
            asked.Add(context);
            return verdict;
        },
        QualityScope.Prompt);

    private static MergingMode.PromptOnly Only(MergePairing pairing) => new(new MergeCutoff.Layer(0), pairing, MergePositions.Mean, MergeVariant.PerRow);

    private static GenerationRequest Ask(MergingMode mode) => EngineRequests.Raw("", Tokens, drafter: "vanilla") with
    {
        Prompt = new Prompt.Conversation(
            [new ChatTurn { Role = ChatTurnRole.User, Parts = [new ChatPart(Passage, ChatPartKind.Passage), new ChatPart("Where does it end?")] }], [], new Dictionary<string, JsonElement>()),
        Merging = mode,
    };

    private static GenerationRequest Judged(GenerationRequest request, params IQualityCheck[] checks) =>
        request with { Gate = new QualityGate { HoldsSegments = true, Checks = checks, TimeLimit = TestTimeouts.Limit } };

    private static async Task AssertPagesReturnedAsync(SlerpEngine engine)
    {
        await engine.AnswerAsync(EngineRequests.Raw("x", 1));
        await TestTimeouts.EventuallyAsync(() => engine.CachePages.Free == engine.CachePages.Total, "all pages are free");
    }

    private Task<SlerpEngine> LoadAsync(Func<EngineOptions, EngineOptions>? change = null)
    {
        var options = new EngineOptions { ModelPath = _path, Threads = 1, DecorateBackend = backend => _backend = new FaultyBackend(backend) };
        return SlerpEngine.LoadAsync(change?.Invoke(options) ?? options);
    }
}
