using Microsoft.Extensions.AI;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests;

/// <summary>The client on the real engine, with a checkpoint made on the spot.</summary>
public sealed class EndToEndTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SlerpChatClient _client;

    public EndToEndTests()
    {
        var path = new ToyCheckpoint { Context = 512 }.Save(_folder);
        _client = new SlerpChatClient(new SlerpChatClientOptions { ModelPath = path, ModelId = "toy", Engine = { Threads = 1 } });
    }

    [Fact]
    public async Task SameSeed_SameText_BothWaysAndTogether()
    {
        var alone = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            alone.Add((await _client.GetResponseAsync($"Question {i}", Options(i))).Text);
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            i => _client.GetStreamingResponseAsync($"Question {i % 4}", Options(i % 4)).ToChatResponseAsync()));
        Assert.Equal(Enumerable.Range(0, 16).Select(i => alone[i % 4]), together.Select(response => response.Text));
        Assert.Equal(4, alone.Distinct().Count());
    }

    [Fact]
    public async Task Response_CarriesUsageAndStatistics()
    {
        var response = await _client.GetResponseAsync("Hello", Options(1));
        var statistics = response.GetSlerpStatistics()!;
        Assert.Equal(24, statistics.OutputTokens);
        Assert.Equal(response.Usage!.TotalTokenCount, statistics.PromptTokens + 24);
        Assert.True(statistics.TokensPerStep >= 1);
        Assert.Equal((ChatFinishReason.Length, "toy", 1L), (response.FinishReason, response.ModelId, statistics.Seed));
    }

    [Fact]
    public async Task Context_IsMergedWhereAsked_AndNothingElse()
    {
        const string Passage = "The Ahr rises in Blankenheim, runs past vineyards for eighty-nine kilometres, and meets the Rhine near Sinzig.";
        foreach (var passage in (AIContent[])[new TextContent(Passage).AsContext(), new DataContent(System.Text.Encoding.UTF8.GetBytes(Passage), "text/plain")])
        {
            ChatMessage[] asked = [new(ChatRole.System, Passage), new(ChatRole.User, [passage, new TextContent(Passage)])];
            var options = Options(1);
            options.AdditionalProperties = new() { [SlerpProperties.Merge] = "prompt", [SlerpProperties.MergeCutoff] = 0, [SlerpProperties.Gate] = "never", [SlerpProperties.Tenant] = passage.GetType().Name };
            var merged = (await _client.GetResponseAsync(asked, options)).GetSlerpStatistics()!;
            Assert.InRange(merged.MergedTokens, (Passage.Length / 2) - 2, Passage.Length / 2);
            Assert.True(merged.KvBytesSaved > 0);
            Assert.NotEqual(0, merged.MergeSimilarity);
            var plain = (await _client.GetResponseAsync(asked, Options(1))).GetSlerpStatistics()!;
            Assert.Equal((0, 0, 0), (plain.MergedTokens, plain.KvBytesSaved, plain.MergeSimilarity));
        }
    }

    [Fact]
    public async Task PromptTooLong_IsRefusedWithBothNumbers_AndTheClientServesOn()
    {
        var refusal = await Assert.ThrowsAsync<ContextLengthException>(() => _client.GetResponseAsync(new string('x', 2000)));
        Assert.Equal(512, refusal.ContextTokens);
        Assert.True(refusal.PromptTokens > 2000);
        Assert.NotEmpty((await _client.GetResponseAsync("Hello", Options(1))).Messages);
    }

    [Fact]
    public async Task Disposed_WhileAnswering_CancelsTheAnswer()
    {
        // An answer of a hundred thousand tokens: none is at its end when its client is disposed, however late that is.
        var path = new ToyCheckpoint { Context = 131_072 }.Save(_folder, "long");
        await using var client = new SlerpChatClient(new SlerpChatClientOptions { ModelPath = path, Engine = { Threads = 1, MaxConcurrentRequests = 1 } });
        await using var updates = client.GetStreamingResponseAsync("Hello", new ChatOptions { Temperature = 0 }).GetAsyncEnumerator();
        Assert.True(await updates.MoveNextAsync());
        await client.DisposeAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            while (await updates.MoveNextAsync())
            {
                Assert.NotNull(updates.Current);
            }
        });
    }

    [Fact]
    public async Task BrokenCheckpoint_NamesItsFile()
    {
        var path = new ToyCheckpoint().Save(_folder, "broken");
        await File.WriteAllTextAsync(Path.Combine(path, "model.safetensors"), "not a tensor");
        await using var client = new SlerpChatClient(new SlerpChatClientOptions { ModelPath = path });
        Assert.Contains("model.safetensors", (await Assert.ThrowsAsync<CheckpointException>(() => client.GetResponseAsync("Hello"))).Message);
    }

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    private static ChatOptions Options(long seed) => new() { Temperature = 1, Seed = seed, MaxOutputTokens = 24 };
}
