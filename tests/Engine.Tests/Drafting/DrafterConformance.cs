using System.Text.Json;
using Slerp.Engine.Backends;
using Slerp.Engine.Cache;
using Slerp.Engine.Drafting;
using Slerp.Engine.Merging;
using Slerp.Engine.Models;
using Slerp.Engine.Steps;
using Slerp.Engine.Tests.Scheduling;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests.Drafting;

/// <summary>The law of every drafter in the catalog: the answer is vanilla's, token for token, greedy and sampled, alone and in a batch, cancelled or not.</summary>
/// <remarks>A backend derives and says how an engine is loaded on it.</remarks>
public abstract class DrafterConformance : IDisposable
{
    private static readonly string[] Prompts =
    [
        "abcabcabcabc", "the cat sat on the mat. the cat", "x", "once upon a time there was", "0101010101", "no repetition here?", "aaaaaaaaaaaaaaaa", "{\"a\": 1}",
    ];

    // Sixty-four rows for the price of one: drafts are run in every batch, whatever the machine is busy with.
    private static readonly CostCurve Costs = new([1, 64, 128], [1, 1, 9]);

    private readonly TemporaryFolder _folder = new();
    private readonly DraftableCheckpoint _checkpoint;

    protected DrafterConformance() => _checkpoint = DraftableCheckpoint.Save(_folder);

    public static TheoryData<string> Drafters => [.. EngineCatalog.Drafters];

    private protected virtual EngineOptions On(EngineOptions options) => options;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public async Task Text_EqualsVanilla(string drafter)
    {
        await using var engine = await LoadAsync();
        var (proposed, different) = (0, 0);
        foreach (var sampling in Samplings())
        {
            foreach (var penalties in new[] { Penalties.None, new Penalties(0.4f, 0.2f, 1.1f) })
            {
                var requests = Prompts.Select(prompt => EngineRequests.Raw(prompt, 60, sampling, "vanilla") with { Penalties = penalties }).ToList();
                var vanilla = await Task.WhenAll(requests.Select(request => engine.AnswerAsync(request)));
                var drafted = await Task.WhenAll(requests.Select(request => engine.AnswerAsync(request with { Drafter = drafter })));
                Assert.Equal(vanilla.Select(answer => answer.Identity), drafted.Select(answer => answer.Identity));
                Assert.All(drafted, answer => Assert.Equal(60, answer.Stats.OutputTokens));
                different = Math.Max(different, vanilla.Max(answer => answer.Ids.Distinct().Count()));
                Assert.All(drafted, answer => Assert.Equal(0, answer.Stats.Drafts.Faults));
                proposed += drafted.Sum(answer => answer.Stats.Drafts.Proposed);
            }
        }

        Assert.True(different > 20, $"{different} different tokens");
        Assert.Equal(drafter != "vanilla", proposed > 0);
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public async Task StopTextInsideADraft_EndsWhereVanillaDoes(string drafter)
    {
        await using var engine = await LoadAsync();
        var whole = (await engine.AnswerAsync(EngineRequests.Raw(Prompts[0], 60, null, "vanilla"))).Text;
        for (var start = 1; start + 2 < Math.Min(whole.Length, 24); start++)
        {
            var request = EngineRequests.Raw(Prompts[0], 60, null, "vanilla") with { StopSequences = [whole.Substring(start, 2)] };
            var vanilla = await engine.AnswerAsync(request);
            var drafted = await engine.AnswerAsync(request with { Drafter = drafter });
            Assert.Equal(vanilla.Identity, drafted.Identity);
        }
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public async Task Cancelled_AtEveryStep_LeavesTheOthersUnchanged_AndPagesReturn(string drafter)
    {
        Action? onForward = null;
        await using var harness = new LoopHarness(
            options: folder => On(DraftableCheckpoint.Save(folder).Options with { Costs = Costs, CachedPrefixes = 0 }), wrap: decoder => new WatchedDecoder(decoder, () => onForward?.Invoke()));
        var drafts = harness.DrafterNamed(drafter);
        var other = harness.Create(Prompts[1], 24);
        var whole = harness.Create(Prompts[0], 24);
        await Task.WhenAll(harness.AnswerAsync(other), harness.AnswerAsync(whole));
        var (last, wasCancelled) = (1, true);
        for (; wasCancelled; last++)
        {
            var victim = harness.Create(Prompts[0], 24, drafts);
            var neighbour = harness.Create(Prompts[1], 24, drafts);
            var step = 0;
            onForward = () =>
            {
                // Its own steps, the prompt's among them.
                if ((victim.Rows > 0 || victim.Tree.Count > 0) && !victim.IsDone && ++step == last)
                {
                    victim.Cancel();
                }
            };
            harness.Submit(victim);
            await harness.AnswerAsync(neighbour);
            await TestTimeouts.EventuallyAsync(() => (victim.IsDone || victim.IsCancelled) && harness.CachePages.Free == harness.CachePages.Total, "all pages are free");
            wasCancelled = victim.IsCancelled;
            Assert.Equal(other.Tokens.ToArray(), neighbour.Tokens.ToArray());
            Assert.Equal(whole.Tokens[..victim.Count].ToArray(), victim.Tokens.ToArray());
            Assert.Equal((0, 0), (victim.Drafting.Ledger.Faults, neighbour.Drafting.Ledger.Faults));
            Assert.True(last < 50);
        }

        Assert.True(last > 4, $"{last} steps");
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public async Task FormsNearTheirLimit_AreClosedAsVanillaClosesThem(string drafter)
    {
        using var folder = new TemporaryFolder();
        await using var engine = await SlerpEngine.LoadAsync(On(DraftableCheckpoint.Save(folder, canEnd: true).Options with { Costs = Costs }));
        var (proposed, closed, reasoned) = (0, 0, 0);
        var marks = new ReasoningSyntax("<|im_start|>", "~");
        foreach (var sampling in FormSamplings())
        {
            var requests = Forms().SelectMany(form => new[] { null, marks }.Select(reasoning =>
                EngineRequests.Raw(Prompts[7], form.Tokens, sampling, "vanilla") with { Output = form.Form, Reasoning = reasoning })).ToList();
            var vanilla = await Task.WhenAll(requests.Select(request => engine.AnswerAsync(request)));
            var drafted = await Task.WhenAll(requests.Select(request => engine.AnswerAsync(request with { Drafter = drafter })));
            Assert.Equal(vanilla.Select(answer => answer.Identity), drafted.Select(answer => answer.Identity));
            Assert.All(drafted, answer => Assert.Equal(0, answer.Stats.Drafts.Faults));
            foreach (var (answer, request) in drafted.Zip(requests))
            {
                var isClosed = answer.Ids.Length >= request.MaxOutputTokens - 4;
                closed += isClosed ? 1 : 0;
                var end = request.Reasoning is not null && answer.Text.StartsWith(marks.Open, StringComparison.Ordinal) ? answer.Text.IndexOf(marks.Close, StringComparison.Ordinal) : -1;
                reasoned += end > 0 ? 1 : 0;
                if (request.Output is OutputForm.Json)
                {
                    using var json = JsonDocument.Parse(answer.Text[(end + 1)..]);
                }
            }

            proposed += drafted.Sum(answer => answer.Stats.Drafts.Proposed);
        }

        Assert.True(closed > 8, $"{closed} answers came near their limits");
        Assert.True(reasoned > 0, "some answers reason first");
        Assert.Equal(drafter != "vanilla", proposed > 0);
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public async Task Left_WhileItIsRead_LeavesTheOthersUnchanged(string drafter)
    {
        await using var engine = await LoadAsync();
        var expected = await engine.AnswerAsync(EngineRequests.Raw(Prompts[1], 40, null, "vanilla"));
        for (var step = 0; step < 6; step++)
        {
            using var cancellation = new CancellationTokenSource();
            var other = engine.AnswerAsync(EngineRequests.Raw(Prompts[1], 40, null, drafter));
            await using (var victim = await engine.GenerateAsync(EngineRequests.Raw(Prompts[0], 150, null, drafter)))
            {
                for (var read = 0; read < step; read++)
                {
                    await victim.NextAsync(GenerationMode.Vanilla, cancellation.Token);
                }
            }

            Assert.Equal(expected.Text, (await other).Text);
        }

        await AssertPagesReturnedAsync(engine);
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public async Task FewPages_PreemptionDoesNotChangeATextAndPagesReturn(string drafter)
    {
        await using var engine = await LoadAsync();
        var expected = await Task.WhenAll(Prompts.Select(prompt => engine.AnswerAsync(EngineRequests.Raw(prompt, 100, null, "vanilla"))));
        await using var tight = await LoadAsync(options => options with { KvCacheBytes = DraftableCheckpoint.BytesOfPages(6) });
        var actual = await Task.WhenAll(Prompts.Select(prompt => tight.AnswerAsync(EngineRequests.Raw(prompt, 100, null, drafter))));
        Assert.Equal(expected.Select(answer => answer.Identity), actual.Select(answer => answer.Identity));
        Assert.All(actual, answer => Assert.Equal(0, answer.Stats.Drafts.Faults));
        await AssertPagesReturnedAsync(tight);
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public async Task Counts_AddUp(string drafter)
    {
        await using var engine = await LoadAsync();
        var drafts = (await engine.AnswerAsync(EngineRequests.Raw(Prompts[6], 100, null, drafter))).Stats.Drafts;
        Assert.True(drafts.Accepted <= drafts.Proposed);
        Assert.Equal(drafts.Proposed, drafts.Sources.Values.Sum(source => source.Proposed));
        Assert.Equal(0, drafts.Faults);
    }

    private static IEnumerable<SamplingMode> Samplings() =>
    [
        SamplingMode.Greedy.Instance,
        new SamplingMode.Stochastic(0.7f, 0, 1, 0, Seed: 5),
        new SamplingMode.Stochastic(1, 0, 0.9f, 0, Seed: 6),
        // The toy is so sure of itself that it says little but its last token, unless it is made to.
        new SamplingMode.Stochastic(4, 0, 0.98f, 0, Seed: 7),
    ];

    // Kept near their limits by what is cut off the tail, too.
    private static IEnumerable<SamplingMode> FormSamplings() =>
    [
        SamplingMode.Greedy.Instance,
        new SamplingMode.Stochastic(1, 20, 1, 0, Seed: 7),
        new SamplingMode.Stochastic(0.9f, 0, 1, 0.05f, Seed: 8),
        new SamplingMode.Stochastic(1.2f, 40, 0.95f, 0.02f, Seed: 9),
    ];

    // Texts and lists that a model without sense would never end by itself.
    private static IEnumerable<(OutputForm Form, int Tokens)> Forms()
    {
        var tool = new ChatTool("set", "", JsonElement.Parse("""{"type":"object","properties":{"to":{"type":"string"}},"required":["to"]}"""));
        var marked = new ToolCallSyntax("", "{\"name\": \"", "\", \"arguments\": ", "}", ", ") { Begin = "<|im_start|>[", End = "]" };
        var plain = new ToolCallSyntax("{\"name\": \"", "", "\", \"parameters\": ", "}", "; ");
        foreach (var tokens in (int[])[24, 41])
        {
            yield return (new OutputForm.Json(JsonElement.Parse("""{"type":"array","items":{"type":"integer"},"minItems":3}""")), tokens);
            yield return (new OutputForm.Json(JsonElement.Parse("""{"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}""")), tokens);
            yield return (new OutputForm.ToolCalls([tool], marked, MaxCalls: 2, Otherwise: null), tokens + 50);
            yield return (new OutputForm.ToolCalls([tool], plain, MaxCalls: 0, OutputForm.FreeText.Instance), tokens + 50);
        }
    }

    private static async Task AssertPagesReturnedAsync(SlerpEngine engine)
    {
        await engine.AnswerAsync(EngineRequests.Raw("x", 1));
        await TestTimeouts.EventuallyAsync(() => engine.CachePages.Free == engine.CachePages.Total, "all pages are free");
    }

    private Task<SlerpEngine> LoadAsync(Func<EngineOptions, EngineOptions>? change = null)
    {
        var options = On(_checkpoint.Options with { Costs = Costs });
        return SlerpEngine.LoadAsync(change is null ? options : change(options));
    }

    // Tells before each pass of the target.
    private sealed class WatchedDecoder(IDecoder decoder, Action before) : IDecoder
    {
        public DecoderShape Shape => decoder.Shape;

        public StepOutput Forward(StepBatch batch, KvCache cache, Workspace workspace, MergeStep? merging = null)
        {
            before();
            return decoder.Forward(batch, cache, workspace, merging);
        }

        public IDecoder View(LayerMask mask) => decoder.View(mask);
    }
}
