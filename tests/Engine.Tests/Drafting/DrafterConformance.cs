using Slerp.Engine.Drafting;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests.Drafting;

/// <summary>The law of every drafter in the catalog: the text is vanilla's, token for token, greedy and sampled, alone and in a batch, cancelled or not.</summary>
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
        var proposed = 0;
        foreach (var sampling in Samplings())
        {
            foreach (var penalties in new[] { Penalties.None, new Penalties(0.4f, 0.2f, 1.1f) })
            {
                var requests = Prompts.Select(prompt => EngineRequests.Raw(prompt, 60, sampling, "vanilla") with { Penalties = penalties }).ToList();
                var vanilla = await Task.WhenAll(requests.Select(request => engine.AnswerAsync(request)));
                var drafted = await Task.WhenAll(requests.Select(request => engine.AnswerAsync(request with { Drafter = drafter })));
                Assert.Equal(vanilla.Select(answer => answer.Text), drafted.Select(answer => answer.Text));
                Assert.All(drafted, answer => Assert.Equal(60, answer.Stats.OutputTokens));
                Assert.All(drafted, answer => Assert.Equal(0, answer.Stats.Drafts.Faults));
                proposed += drafted.Sum(answer => answer.Stats.Drafts.Proposed);
            }
        }

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
            Assert.Equal((vanilla.Text, vanilla.Finish, vanilla.Stats.OutputTokens), (drafted.Text, drafted.Finish, drafted.Stats.OutputTokens));
        }
    }

    [Theory]
    [MemberData(nameof(Drafters))]
    public async Task Cancelled_AtEveryStep_LeavesTheOthersUnchanged(string drafter)
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
        await using var tight = await LoadAsync(options => options with { KvCacheBytes = _checkpoint.BytesOfPages(6) });
        var actual = await Task.WhenAll(Prompts.Select(prompt => tight.AnswerAsync(EngineRequests.Raw(prompt, 100, null, drafter))));
        Assert.Equal(expected.Select(answer => answer.Text), actual.Select(answer => answer.Text));
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
    ];

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
}
