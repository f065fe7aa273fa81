using System.Text.Json;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>Merging through the whole engine: what is merged, what never is, and that nothing else changes.</summary>
/// <remarks>A backend derives and says how an engine is loaded on it.</remarks>
public abstract class MergingConformance : IDisposable
{
    private const string Passage = "The river Ahr rises in Blankenheim, runs past vineyards for eighty-nine kilometres, and meets the Rhine near Sinzig.";

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    protected MergingConformance()
    {
        _path = new ToyCheckpoint { Layers = 4, Context = 512 }.Save(_folder);
        // Found beside the checkpoint by those who need them.
        new ToyCheckpoint { Context = 512 }.Save(_folder, "toy-draft");
        new ToySpeculator().Save(_folder, "toy-mlp");
    }

    public static TheoryData<string> Drafters => [.. EngineCatalog.Drafters];

    private protected virtual EngineOptions On(EngineOptions options) => options;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Passage_IsMerged_AndToldWithWhatItSaved()
    {
        await using var engine = await LoadAsync();
        var answer = await engine.AnswerAsync(Ask(Only(Blind)));
        // A byte is a token: the passage keeps its first and its last one or two, the rest goes in pairs; three layers lie above the first.
        var merged = (Passage.Length - 2) / 2;
        Assert.Equal(merged, answer.Stats.Merging.MergedTokens);
        Assert.Equal(merged * 3L * 2 * 2 * 8 * 4, answer.Stats.Merging.KvBytesSaved);
        Assert.InRange(answer.Stats.Merging.MeanSimilarity, -1, 1);
        Assert.NotEqual((await engine.AnswerAsync(Ask(MergingMode.None.Instance) with { Tenant = "other" })).Text, answer.Text);
        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task NothingMergeable_IsVanillaToTheLastBit()
    {
        await using var engine = await LoadAsync();
        foreach (var prompt in (Prompt[])[new Prompt.Raw(Passage), Chat(Question(Passage)), Chat(ChatTurn.FromText(ChatTurnRole.System, Passage), Question("And?"))])
        {
            var plain = Ask(MergingMode.None.Instance) with { Prompt = prompt, Tenant = "plain" };
            var merged = await engine.AnswerAsync(plain with { Merging = Only(Blind), Tenant = "merged" });
            Assert.Equal((await engine.AnswerAsync(plain)).Text, merged.Text);
            Assert.Equal(0, merged.Stats.Merging.MergedTokens);
        }

        // Merging after the last layer, or beyond it, is merging nothing.
        foreach (var cutoff in (MergeCutoff[])[new MergeCutoff.Layer(3), new MergeCutoff.Layer(40), new MergeCutoff.Share(1)])
        {
            var merged = await engine.AnswerAsync(Ask(new MergingMode.PromptOnly(cutoff, Blind, MergePositions.Mean, MergeVariant.PerRow)) with { Tenant = cutoff.ToString() });
            Assert.Equal((await engine.AnswerAsync(Ask(MergingMode.None.Instance))).Text, merged.Text);
        }
    }

    [Fact]
    public async Task FallenBack_SavesNothingAnyMore()
    {
        await using var engine = await LoadAsync();
        var gate = new QualityGate { HoldsSegments = true, Checks = [ScriptedCheck.FailAt(0)], TimeLimit = TestTimeouts.Limit };
        var judged = await JudgedRun.DriveAsync(engine, Ask(Only(Blind)) with { Gate = gate });
        Assert.NotNull(judged.Rejected);
        Assert.True(judged.Stats.Merging.MergedTokens > 0);
        Assert.Equal(0, judged.Stats.Merging.KvBytesSaved);
    }

    [Fact]
    public async Task AllMergedRowsFromTheCache_AreNotCompared()
    {
        await using var engine = await LoadAsync();
        var first = (await engine.AnswerAsync(Ask(Only(Blind)))).Stats;
        var second = (await engine.AnswerAsync(Ask(Only(Blind)))).Stats;
        Assert.True(first.Merging.ComparedPairs > 0 && second.CachedPromptTokens > 0);
        Assert.Equal((first.Merging.MergedTokens, 0), (second.Merging.MergedTokens, second.Merging.ComparedPairs));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NothingToMerge_FlowsUnjudgedWhereOnlyMergedAnswersAreHeld(bool merges)
    {
        await using var engine = await LoadAsync();
        var check = ScriptedCheck.FailAt(-1);
        var request = Ask(Only(Blind)) with { Gate = new QualityGate { HoldsSegments = true, OnlyWhereMerged = true, Checks = [check], TimeLimit = TestTimeouts.Limit } };
        await using var generation = await engine.GenerateAsync(merges ? request : request with { Prompt = new Prompt.Raw(Passage) });
        Assert.Equal(merges, generation.Merges);
        var first = await generation.NextAsync(GenerationMode.Accelerated, default);
        generation.Accept();
        Assert.Equal(merges ? 1 : 0, first.Verdicts.Count);
    }

    [Fact]
    public async Task ToolResultsAndOldTurns_AreMerged_ReasoningCallsAndTheQuestionAreNot()
    {
        await using var engine = await LoadAsync();
        var call = new ChatTurn { Role = ChatTurnRole.Assistant, Parts = [], ToolCalls = [new ChatToolCall("1", "look", "{}")] };
        var result = new ChatTurn { Role = ChatTurnRole.Tool, Parts = [new ChatPart(Passage)], ToolCallId = "1" };
        var pairs = (Passage.Length - 2) / 2;
        Assert.Equal(pairs, (await MergedAsync(engine, Question("What is it?"), call, result)).MergedTokens);
        // "one two three" has 13 bytes: 5 pairs; "four five six." 14: 6.
        var old = await MergedAsync(engine, Question("one two three"), ChatTurn.FromText(ChatTurnRole.Assistant, "four five six."), Question("And then what?"));
        Assert.Equal(5 + 6, old.MergedTokens);
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public async Task Drafters_LeaveAMergedAnswerUnchanged(string drafter)
    {
        await using var engine = await LoadAsync();
        foreach (var positions in Enum.GetValues<MergePositions>())
        {
            foreach (var pairing in (MergePairing[])[Blind, new MergePairing.Similar(0.2f)])
            {
                var request = Ask(new MergingMode.PromptOnly(new MergeCutoff.Share(0.25), pairing, positions, MergeVariant.PerRow)) with { MaxOutputTokens = 80 };
                var vanilla = await engine.AnswerAsync(request with { Tenant = $"{positions} {pairing} vanilla" });
                var drafted = await engine.AnswerAsync(request with { Tenant = $"{positions} {pairing} drafted", Drafter = drafter });
                Assert.True(vanilla.Stats.Merging.MergedTokens > 0);
                Assert.Equal(vanilla.Text, drafted.Text);
            }
        }
    }

    [Fact]
    public async Task ChunksNeighboursAndPreemption_DoNotChangeAMergedAnswer()
    {
        MergingMode[] modes =
        [
            Only(Blind),
            Only(new MergePairing.Similar(0.2f)),
            new MergingMode.PromptOnly(new MergeCutoff.Layer(1), Blind, MergePositions.Compressed, MergeVariant.PerRow),
            new MergingMode.Incremental(new MergeCutoff.Layer(1), 3, 9, 4, MergePositions.Compressed),
            MergingMode.None.Instance,
        ];
        GenerationRequest[] requests = [.. modes.Select((mode, index) => Ask(mode) with { MaxOutputTokens = 100, Tenant = $"{index}" })];
        await using var roomy = await LoadAsync();
        var expected = new List<string>();
        foreach (var request in requests)
        {
            expected.Add((await roomy.AnswerAsync(request)).Text);
        }

        await AssertPagesReturnedAsync(roomy);
        var page = 64L * 2 * 2 * 8 * 4;
        foreach (var options in (Func<EngineOptions, EngineOptions>[])
        [
            static options => options with { PrefillChunkTokens = 7 },
            static options => options with { PrefillChunkTokens = 1 },
            // Nine pages a layer: two or three requests at a time.
            options => options with { KvCacheBytes = page * 4 * 9, PrefillChunkTokens = 50 },
        ])
        {
            await using var engine = await LoadAsync(options);
            var together = await Task.WhenAll(requests.Select(request => engine.AnswerAsync(request)));
            Assert.Equal(expected, together.Select(static answer => answer.Text));
            await AssertPagesReturnedAsync(engine);
        }
    }

    [Fact]
    public async Task SecondTurn_InheritsWhatTheFirstMerged()
    {
        await using var engine = await LoadAsync();
        var first = await engine.AnswerAsync(Ask(Only(Blind)) with { MaxOutputTokens = 12 });
        var prompt = (Prompt.Conversation)Ask(Only(Blind)).Prompt;
        var second = new Prompt.Conversation([.. prompt.Turns, ChatTurn.FromText(ChatTurnRole.Assistant, first.Text), Question("And how long is it?")], [], prompt.Variables);
        var answer = await engine.AnswerAsync(Ask(Only(Blind)) with { Prompt = second });
        Assert.True(answer.Stats.CachedPromptTokens > Passage.Length, $"{answer.Stats.CachedPromptTokens} tokens were found");
        Assert.True(answer.Stats.Merging.MergedTokens >= first.Stats.Merging.MergedTokens);

        // Who asks for none, or for another manner, starts from what comes before the passage at most.
        var plain = await engine.AnswerAsync(Ask(MergingMode.None.Instance));
        Assert.InRange(plain.Stats.CachedPromptTokens, 16, 60);
        Assert.Equal((await engine.AnswerAsync(Ask(MergingMode.None.Instance) with { Tenant = "fresh" })).Text, plain.Text);
        var other = await engine.AnswerAsync(Ask(new MergingMode.PromptOnly(new MergeCutoff.Layer(2), Blind, MergePositions.Compressed, MergeVariant.PerRow)));
        Assert.True(other.Stats.CachedPromptTokens > 60, "rows that were not merged serve everyone");
        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task Cancelled_AtEveryStep_ReturnsItsPages()
    {
        await using var engine = await LoadAsync(static options => options with { PrefillChunkTokens = 11 });
        var expected = (await engine.AnswerAsync(Ask(MergingMode.None.Instance) with { Tenant = "plain" })).Text;
        for (var step = 0; step < 8; step++)
        {
            foreach (var mode in (MergingMode[])[Only(Blind), new MergingMode.Incremental(new MergeCutoff.Layer(1), 3, 9, 4, MergePositions.Mean)])
            {
                var other = engine.AnswerAsync(Ask(MergingMode.None.Instance) with { Tenant = $"{step} {mode}" });
                await using (var victim = await engine.GenerateAsync(Ask(mode) with { MaxOutputTokens = 150 }))
                {
                    for (var read = 0; read < step; read++)
                    {
                        await victim.NextAsync(GenerationMode.Vanilla, CancellationToken.None);
                    }
                }

                Assert.Equal(expected, (await other).Text);
            }
        }

        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task WhatCannotBeHonoured_IsRefusedByName()
    {
        await using var engine = await LoadAsync();
        foreach (var (mode, name) in new (MergingMode, string)[]
        {
            (new MergingMode.PromptOnly(new MergeCutoff.Layer(-1), Blind, MergePositions.Mean, MergeVariant.PerRow), "Cutoff"),
            (new MergingMode.PromptOnly(new MergeCutoff.Share(double.NaN), Blind, MergePositions.Mean, MergeVariant.PerRow), "Cutoff"),
            (new MergingMode.PromptOnly(new MergeCutoff.Share(1.5), Blind, MergePositions.Mean, MergeVariant.PerRow), "Cutoff"),
            (Only(new MergePairing.Similar(2)), "Threshold"),
            (Only(new MergePairing.Similar(float.NaN)), "Threshold"),
            (new MergingMode.PromptOnly(new MergeCutoff.Layer(0), new MergePairing.Similar(0), MergePositions.Mean, MergeVariant.Reference), "Variant"),
            (new MergingMode.Incremental(new MergeCutoff.Layer(0), -1, 0, 1, MergePositions.Mean), "KeepFirst"),
            (new MergingMode.Incremental(new MergeCutoff.Layer(0), 0, -1, 1, MergePositions.Mean), "MinimumTokens"),
            (new MergingMode.Incremental(new MergeCutoff.Layer(0), 0, 0, 0, MergePositions.Mean), "KeepLast"),
        })
        {
            var failure = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await engine.GenerateAsync(Ask(mode)));
            Assert.Equal(name, failure.ParamName);
        }

        var incremental = new MergingMode.Incremental(new MergeCutoff.Layer(0), 0, 0, 1, MergePositions.Mean);
        var drafted = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await engine.GenerateAsync(Ask(incremental) with { Drafter = "auto" }));
        Assert.Contains("vanilla", drafted.Message, StringComparison.Ordinal);
        Assert.NotEmpty((await engine.AnswerAsync(Ask(incremental) with { MaxOutputTokens = 60 })).Text);
    }

    [Fact]
    public async Task ReferenceParity_RunsAlonePromptsOfOneChunk_AndIsRefusedOtherwise()
    {
        var reference = new MergingMode.PromptOnly(new MergeCutoff.Layer(1), Blind, MergePositions.Compressed, MergeVariant.Reference);
        await using (var engine = await LoadAsync())
        {
            Assert.Contains("MaxConcurrentRequests", (await Assert.ThrowsAsync<NotSupportedException>(async () => await engine.GenerateAsync(Ask(reference)))).Message, StringComparison.Ordinal);
        }

        await using (var engine = await LoadAsync(static options => options with { MaxConcurrentRequests = 1, PrefillChunkTokens = 100 }))
        {
            Assert.Contains("PrefillChunkTokens", (await Assert.ThrowsAsync<NotSupportedException>(async () => await engine.GenerateAsync(Ask(reference)))).Message, StringComparison.Ordinal);
        }

        await using var alone = await LoadAsync(static options => options with { MaxConcurrentRequests = 1 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => alone.AnswerAsync(Ask(reference))));
        Assert.Single(answers.Select(static answer => answer.Text).Distinct());
        Assert.All(answers, static answer => Assert.Equal(0, answer.Stats.CachedPromptTokens));
        Assert.True(answers[0].Stats.Merging.MergedTokens > 0);
        await AssertPagesReturnedAsync(alone);
    }

    private static readonly MergePairing Blind = MergePairing.Blind.Instance;

    private static MergingMode.PromptOnly Only(MergePairing pairing) => new(new MergeCutoff.Layer(0), pairing, MergePositions.Mean, MergeVariant.PerRow);

    private static ChatTurn Question(string text) => ChatTurn.FromText(ChatTurnRole.User, text);

    private static Prompt.Conversation Chat(params ChatTurn[] turns) => new(turns, [], new Dictionary<string, JsonElement>());

    private static GenerationRequest Ask(MergingMode mode) => EngineRequests.Raw("", 40, drafter: "vanilla") with
    {
        Prompt = Chat(
            ChatTurn.FromText(ChatTurnRole.System, "Be brief."),
            new ChatTurn { Role = ChatTurnRole.User, Parts = [new ChatPart(Passage, ChatPartKind.Passage), new ChatPart("Where does it end?")] }),
        Merging = mode,
    };

    private static async Task<MergeStats> MergedAsync(SlerpEngine engine, params ChatTurn[] turns) =>
        (await engine.AnswerAsync(Ask(Only(Blind)) with { Prompt = Chat(turns), MaxOutputTokens = 2, Tenant = $"{turns.Length}" })).Stats.Merging;

    private static async Task AssertPagesReturnedAsync(SlerpEngine engine)
    {
        await engine.AnswerAsync(EngineRequests.Raw("x", 1));
        await TestTimeouts.EventuallyAsync(() => engine.CachePages.Free == engine.CachePages.Total, "all pages are free");
    }

    private Task<SlerpEngine> LoadAsync(Func<EngineOptions, EngineOptions>? change = null)
    {
        var options = On(new EngineOptions { ModelPath = _path, Threads = 1 });
        return SlerpEngine.LoadAsync(change?.Invoke(options) ?? options);
    }
}
