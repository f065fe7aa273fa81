using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>What a request leaves in the cache serves the next one of its tenant, and changes no text.</summary>
public sealed class PrefixReuseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public PrefixReuseTests() => _path = new ToyCheckpoint { Context = 512 }.Save(_folder);

    private static string Long { get; } = string.Concat(Enumerable.Range(0, 40).Select(index => $"word{index} "));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vanilla")]
    [InlineData("auto")]
    public async Task NextTurn_StartsFromWhatIsKnown_AndSaysTheSame(string drafter)
    {
        await using var cached = await LoadAsync();
        await using var plain = await LoadAsync(options => options with { CachedPrefixes = 0 });
        await cached.AnswerAsync(EngineRequests.Raw(Long, 40, drafter: drafter));

        var again = await cached.AnswerAsync(EngineRequests.Raw(Long + "and more", 40, drafter: drafter));
        var alone = await plain.AnswerAsync(EngineRequests.Raw(Long + "and more", 40, drafter: drafter));

        Assert.Equal(Long.Length, again.Stats.CachedPromptTokens);
        Assert.Equal(0, alone.Stats.CachedPromptTokens);
        Assert.Equal(alone.Text, again.Text);
    }

    [Fact]
    public async Task SamePromptAgain_ReadsItsLastTokenOnly()
    {
        await using var engine = await LoadAsync();
        var first = await engine.AnswerAsync(EngineRequests.Raw(Long, 20));
        var second = await engine.AnswerAsync(EngineRequests.Raw(Long, 20));
        Assert.Equal(Long.Length - 1, second.Stats.CachedPromptTokens);
        Assert.Equal(first.Text, second.Text);
    }

    [Fact]
    public async Task AnotherTenant_FindsNothing()
    {
        await using var engine = await LoadAsync();
        await engine.AnswerAsync(EngineRequests.Raw(Long, 4) with { Tenant = "one" });
        Assert.Equal(0, (await engine.AnswerAsync(EngineRequests.Raw(Long, 4) with { Tenant = "two" })).Stats.CachedPromptTokens);
        Assert.Equal(Long.Length - 1, (await engine.AnswerAsync(EngineRequests.Raw(Long, 4) with { Tenant = "one" })).Stats.CachedPromptTokens);
    }

    [Fact]
    public async Task CancelledRequest_LeavesWhatItRead()
    {
        await using var engine = await LoadAsync();
        using var cancellation = new CancellationTokenSource();
        await using (var generation = await engine.GenerateAsync(EngineRequests.Raw(Long, 200, drafter: "vanilla"), cancellation.Token))
        {
            await generation.NextAsync(GenerationMode.Vanilla, cancellation.Token);
        }

        var next = await engine.AnswerAsync(EngineRequests.Raw(Long + "!", 4));
        Assert.Equal(Long.Length, next.Stats.CachedPromptTokens);
    }

    [Fact]
    public async Task KeptRows_GiveWayToRunningRequests()
    {
        // Two layers of four pages: one prompt of 200 tokens fills the cache.
        var page = 64L * 2 * 2 * 8 * 4;
        await using var engine = await LoadAsync(options => options with { KvCacheBytes = 8 * page });
        await using var plain = await LoadAsync(options => options with { CachedPrefixes = 0, KvCacheBytes = 8 * page });
        foreach (var word in new[] { "alpha", "beta", "gamma", "alpha" })
        {
            var prompt = string.Concat(Enumerable.Repeat(word + " ", 25));
            Assert.Equal((await plain.AnswerAsync(EngineRequests.Raw(prompt, 30))).Text, (await engine.AnswerAsync(EngineRequests.Raw(prompt, 30))).Text);
        }

        await TestTimeouts.EventuallyAsync(() => engine.CachePages.Free == engine.CachePages.Total, "all pages are free or kept");
    }

    [Fact]
    public async Task ManyAtOnce_FromOneBeginning_SayWhatEachSaysAlone()
    {
        await using var engine = await LoadAsync();
        await using var plain = await LoadAsync(options => options with { CachedPrefixes = 0 });
        await engine.AnswerAsync(EngineRequests.Raw(Long, 4));
        var prompts = Enumerable.Range(0, 12).Select(index => Long[..(100 + (index * 13))] + index).ToArray();
        var together = await Task.WhenAll(prompts.Select(prompt => engine.AnswerAsync(EngineRequests.Raw(prompt, 24))));
        for (var index = 0; index < prompts.Length; index++)
        {
            Assert.Equal((await plain.AnswerAsync(EngineRequests.Raw(prompts[index], 24))).Text, together[index].Text);
        }

        Assert.All(together, answer => Assert.True(answer.Stats.CachedPromptTokens >= 100));
    }

    [Fact]
    public async Task MoreThanTheLimit_ForgetsTheOldest()
    {
        await using var engine = await LoadAsync(options => options with { CachedPrefixes = 2 });
        foreach (var word in new[] { "first ", "second ", "third " })
        {
            await engine.AnswerAsync(EngineRequests.Raw(word + Long, 4));
        }

        Assert.True((await engine.AnswerAsync(EngineRequests.Raw("third " + Long, 4))).Stats.CachedPromptTokens > 100);
        Assert.Equal(0, (await engine.AnswerAsync(EngineRequests.Raw("first " + Long, 4))).Stats.CachedPromptTokens);
    }

    private Task<SlerpEngine> LoadAsync(Func<EngineOptions, EngineOptions>? change = null)
    {
        var options = new EngineOptions { ModelPath = _path, Threads = 1 };
        return SlerpEngine.LoadAsync(change?.Invoke(options) ?? options);
    }
}
