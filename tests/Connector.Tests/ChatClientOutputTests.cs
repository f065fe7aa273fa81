using Microsoft.Extensions.AI;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;

namespace Slerp.Connector.Tests;

/// <summary>Rules of what comes back: ids, roles, finish, usage, statistics.</summary>
public sealed class ChatClientOutputTests
{
    [Fact]
    public async Task Updates_OfOneAnswer_ShareTheirIds()
    {
        using var under = new ClientUnderTest();
        var updates = await under.UpdatesAsync();
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        Assert.Single(updates.SkipLast(1).Select(update => update.MessageId).Distinct());
        Assert.Matches("^[0-9a-f]{32}$", updates[0].ResponseId);
        Assert.Matches("^[0-9a-f]{32}$", updates[0].MessageId);
    }

    [Fact]
    public async Task Updates_OfTwoAnswers_HaveDifferentIds()
    {
        using var under = new ClientUnderTest();
        var (first, second) = (await under.UpdatesAsync(), await under.UpdatesAsync());
        Assert.NotEqual(first[0].ResponseId, second[0].ResponseId);
        Assert.NotEqual(first[0].MessageId, second[0].MessageId);
    }

    [Fact]
    public async Task LastUpdate_CarriesTheOnlyUsageAndNoMessageId()
    {
        using var under = new ClientUnderTest();
        var updates = await under.UpdatesAsync();
        Assert.True(updates.Count >= 2);
        var usage = Assert.Single(updates.SelectMany(update => update.Contents).OfType<UsageContent>()).Details;
        Assert.Null(updates[^1].MessageId);
        Assert.Same(usage, Assert.IsType<UsageContent>(Assert.Single(updates[^1].Contents)).Details);
        Assert.Equal(usage.TotalTokenCount, usage.InputTokenCount + usage.OutputTokenCount);
        Assert.Equal(3, usage.CachedInputTokenCount);
    }

    [Fact]
    public async Task Updates_AllNameRoleModelAndOneTime()
    {
        using var under = new ClientUnderTest(configure: options => options.ModelId = "alias");
        var updates = await under.UpdatesAsync();
        Assert.All(updates, update => Assert.Equal("alias", update.ModelId));
        Assert.All(updates, update => Assert.Equal(ChatRole.Assistant, update.Role));
        Assert.True(Assert.Single(updates.Select(update => update.CreatedAt).Distinct()) > DateTimeOffset.UnixEpoch);
        Assert.All(updates, update => Assert.NotNull(update.RawRepresentation));
    }

    [Theory]
    [InlineData(FinishReason.EndOfText, "stop")]
    [InlineData(FinishReason.StopSequence, "stop")]
    [InlineData(FinishReason.Length, "length")]
    public async Task FinishReason_IsOnTheLastContentUpdateOnly(FinishReason finish, string expected)
    {
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => FakeEngine.Segments(finish, "a", "b", "c") });
        var updates = await under.UpdatesAsync();
        Assert.Equal(expected, updates[^2].FinishReason?.Value);
        Assert.All(updates.Where(update => update != updates[^2]), update => Assert.Null(update.FinishReason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PlainAnswer_IsOneMessageOfOneText(bool streaming)
    {
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => FakeEngine.Segments("Call", " me", " Ishmael", string.Empty) });
        var response = await under.AskAsync(streaming);
        var message = Assert.Single(response.Messages);
        Assert.Equal("Call me Ishmael", Assert.IsType<TextContent>(Assert.Single(message.Contents)).Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EmptyAnswer_IsStillOneAssistantMessage(bool streaming)
    {
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => FakeEngine.Segments(string.Empty) });
        var response = await under.AskAsync(streaming);
        Assert.Equal(ChatRole.Assistant, Assert.Single(response.Messages).Role);
        Assert.Equal(string.Empty, response.Text);
        Assert.NotNull(response.Usage);
    }

    [Fact]
    public async Task Updates_NeverCarryEmptyText()
    {
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => FakeEngine.Segments(string.Empty, "a", string.Empty, "b", string.Empty) });
        Assert.All((await under.UpdatesAsync()).SelectMany(update => update.Contents).OfType<TextContent>(), text => Assert.NotEmpty(text.Text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Response_NeverHasAConversationId(bool streaming)
    {
        using var under = new ClientUnderTest();
        var response = await under.AskAsync(streaming, new ChatOptions { ConversationId = "thread-1" });
        Assert.Null(response.ConversationId);
        Assert.All(await under.UpdatesAsync(new ChatOptions { ConversationId = "thread-1" }), update => Assert.Null(update.ConversationId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Statistics_AreOnTheResponseBothWays(bool streaming)
    {
        using var under = new ClientUnderTest();
        var response = await under.AskAsync(streaming, new ChatOptions { Seed = long.MaxValue });
        var statistics = response.GetSlerpStatistics()!;
        Assert.Equal((7, 3, 2, 2), (statistics.PromptTokens, statistics.CachedPromptTokens, statistics.OutputTokens, statistics.Steps));
        Assert.Equal(long.MaxValue, statistics.Seed);
        Assert.Equal(TimeSpan.FromMilliseconds(20), statistics.PrefillTime);
        Assert.Equal(2, statistics.TokensPerSecond, 6);
        Assert.Equal(1, statistics.TokensPerStep);
        Assert.Equal(2, response.Usage!.AdditionalCounts![SlerpProperties.Steps]);
        Assert.Equal(2, response.Usage.AdditionalCounts[SlerpProperties.DecodedTokens]);
    }

    [Fact]
    public async Task Statistics_SurviveAJsonRoundTrip()
    {
        using var under = new ClientUnderTest();
        var response = await under.AskAsync(streaming: false);
        var options = AIJsonUtilities.DefaultOptions;
        var json = System.Text.Json.JsonSerializer.Serialize(response, options);
        var copy = System.Text.Json.JsonSerializer.Deserialize<ChatResponse>(json, options)!;
        Assert.Equal(response.GetSlerpStatistics(), copy.GetSlerpStatistics());
        Assert.Equal(response.Text, copy.Text);
    }

    [Fact]
    public void Statistics_OfAnotherClientsResponse_AreNull() =>
        Assert.Null(new ChatResponse(new ChatMessage(ChatRole.Assistant, "x")).GetSlerpStatistics());

    [Fact]
    public async Task StreamCoalesced_EqualsThePlainResponse()
    {
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => FakeEngine.Segments("a", "<tool_call>{\"name\":\"f\"}</tool_call>") });
        var options = new ChatOptions { Seed = 1, Tools = [TestTools.Weather] };
        var (streamed, plain) = (await under.AskAsync(true, options), await under.AskAsync(false, options));
        Assert.Equal(plain.Text, streamed.Text);
        Assert.Equal(plain.FinishReason, streamed.FinishReason);
        Assert.Equal(plain.ModelId, streamed.ModelId);
        Assert.Equal(plain.Messages[0].Contents.Select(content => content.GetType()), streamed.Messages[0].Contents.Select(content => content.GetType()));
        Assert.Equal(plain.GetSlerpStatistics(), streamed.GetSlerpStatistics());
    }
}
