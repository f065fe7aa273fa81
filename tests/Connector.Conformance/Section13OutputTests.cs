using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Connector.Tests.Doubles;
using static Slerp.Connector.Conformance.Asking;

namespace Slerp.Connector.Conformance;

/// <summary>Contract 1.3: what comes out.</summary>
public sealed class Section13OutputTests
{
    private static readonly ChatOptions WithTool = new() { Tools = [TestTools.Weather], Seed = 1 };

    [Fact]
    public async Task Ids_AreOneEachForAllUpdatesOfAResponse()
    {
        var updates = await UpdatesAsync("Hello there, how are you?");
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        Assert.Single(updates.SkipLast(1).Select(update => update.MessageId).Distinct());
        Assert.All(updates.SkipLast(1), update => Assert.NotNull(update.MessageId));
        Assert.NotEqual(updates[0].ResponseId, (await UpdatesAsync("Hello"))[0].ResponseId);
    }

    [Fact]
    public async Task StatisticsUpdate_HasNoMessageId_SoThatItsPropertiesLandOnTheResponse() => Assert.Null((await UpdatesAsync("Hello"))[^1].MessageId);

    [Theory, BothWays]
    public async Task Statistics_AreOnTheResponse(bool streaming) =>
        Assert.NotNull((await AnswerAsync(streaming, "Hello")).AdditionalProperties![SlerpProperties.TokensPerSecond]);

    [Fact]
    public async Task RoleModelAndTime_AreOnEveryUpdate_TheTimeIsOne()
    {
        var updates = await UpdatesAsync("Hello there");
        Assert.All(updates, update => Assert.Equal((ChatRole.Assistant, "fake-1b"), (update.Role, update.ModelId)));
        Assert.True(Assert.Single(updates.Select(update => update.CreatedAt).Distinct()) > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task FinishReason_IsOnTheLastContentUpdateOnly()
    {
        var updates = await UpdatesAsync("Hello there");
        Assert.All(updates.SkipLast(2), update => Assert.Null(update.FinishReason));
        Assert.Equal(ChatFinishReason.Stop, updates[^2].FinishReason);
    }

    [Fact]
    public async Task Text_IsStreamed_NeverEmpty_InAtLeastTwoUpdates()
    {
        var updates = await UpdatesAsync("Hello there");
        Assert.True(updates.Count > 1);
        Assert.DoesNotContain(updates.SelectMany(update => update.Contents), content => content is TextContent { Text.Length: 0 });
    }

    [Theory, BothWays]
    public async Task PlainAnswer_IsOneMessageOfOneText(bool streaming) =>
        Assert.Equal("Hello there", Assert.IsType<TextContent>(Assert.Single(Assert.Single((await AnswerAsync(streaming, "Hello there")).Messages).Contents)).Text);

    [Fact]
    public async Task Usage_IsOneContentOfTheStream() =>
        Assert.Single((await UpdatesAsync("Hello there")).SelectMany(update => update.Contents).OfType<UsageContent>());

    [Theory, BothWays]
    public async Task Usage_AddsUp_AndCountsWhatWasCached_WithWholeNumbersOnly(bool streaming)
    {
        var usage = (await AnswerAsync(streaming, "Hello there")).Usage!;
        Assert.Equal(usage.InputTokenCount + usage.OutputTokenCount, usage.TotalTokenCount);
        Assert.Equal(3, usage.CachedInputTokenCount);
        Assert.True(usage.AdditionalCounts![SlerpProperties.Steps] > 0);
    }

    [Theory, BothWays]
    public async Task ToolCall_IsWhole_WithAUniqueId_AndTheFinishReasonSaysSo(bool streaming)
    {
        var response = await AnswerAsync(streaming, "Let me see.\n" + Call + "\n" + Call, WithTool);
        Assert.Equal("Let me see.", response.Text);
        var calls = response.Messages[0].Contents.OfType<FunctionCallContent>().ToList();
        Assert.Equal(2, calls.Select(call => call.CallId).Distinct().Count());
        Assert.All(calls, call => Assert.Equal(("get_weather", "Lisbon"), (call.Name, (string)call.Arguments!["city"]!)));
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        var again = await AnswerAsync(streaming, Call, WithTool);
        Assert.DoesNotContain(again.Messages[0].Contents.OfType<FunctionCallContent>().Single().CallId, calls.Select(call => call.CallId));
    }

    [Theory, BothWays]
    public async Task ToolCall_ThatArrivesWithTheLastPiece_IsEmitted(bool streaming)
    {
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => FakeEngine.Segments(Call) });
        Assert.Single((await under.AskAsync(streaming, WithTool)).Messages[0].Contents.OfType<FunctionCallContent>());
    }

    [Theory, BothWays]
    public async Task Response_SurvivesJson_WithNoContentTypesOfOurOwn(bool streaming)
    {
        var response = await AnswerAsync(streaming, "Well. " + Call, WithTool);
        var json = JsonSerializer.Serialize(response, AIJsonUtilities.DefaultOptions);
        var copy = JsonSerializer.Deserialize<ChatResponse>(json, AIJsonUtilities.DefaultOptions)!;
        Assert.Equal(response.GetSlerpStatistics(), copy.GetSlerpStatistics());
        Assert.Equal(response.Messages[0].Contents.Select(content => content.GetType()), copy.Messages[0].Contents.Select(content => content.GetType()));
    }

    [Theory]
    [InlineData("Hello there")]
    [InlineData("First. " + Call)]
    [InlineData(Call + "\n" + Call)]
    [InlineData("<tool_call>{bad}</tool_call>")]
    [InlineData("")]
    public async Task StreamCoalesced_EqualsThePlainResponse(string answer)
    {
        var (streamed, plain) = (await AnswerAsync(true, answer, WithTool), await AnswerAsync(false, answer, WithTool));
        Assert.Equal(Describe(plain), Describe(streamed));
        Assert.Equal(plain.GetSlerpStatistics(), streamed.GetSlerpStatistics());
        Assert.Equal((plain.FinishReason, plain.ModelId, plain.ConversationId), (streamed.FinishReason, streamed.ModelId, streamed.ConversationId));

        static IEnumerable<string> Describe(ChatResponse response) => response.Messages.SelectMany(message => message.Contents.Select(content => content switch
        {
            FunctionCallContent call => $"{message.Role} {call.Name} {JsonSerializer.Serialize(call.Arguments, AIJsonUtilities.DefaultOptions)}",
            TextContent text => $"{message.Role} {text.Text}",
            _ => content.GetType().Name,
        }));
    }
}
