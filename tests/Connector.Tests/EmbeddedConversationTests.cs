using System.Text;
using Microsoft.Extensions.AI;

namespace Slerp.Connector.Tests;

/// <summary>A second turn reads what is new and nothing else, also where the first turn was merged.</summary>
public sealed class EmbeddedConversationTests : IDisposable
{
    private readonly SlerpChatClient _client = new(new SlerpChatClientOptions());

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("never", true)]
    [InlineData("never", false)]
    [InlineData("lossy", true)]
    [InlineData("lossy", false)]
    public async Task SecondTurn_OfAMergedConversation_FindsItsRows(string gate, bool streaming)
    {
        var options = new ChatOptions
        {
            Temperature = 0,
            MaxOutputTokens = 40,
            AdditionalProperties = new() { [SlerpProperties.Merge] = "prompt", [SlerpProperties.Gate] = gate },
        };
        List<ChatMessage> messages = [new(ChatRole.User, [new TextContent(Passage()).AsContext(), new TextContent("Question: Who owns the mill?")])];
        var first = await AskAsync(streaming, messages, options);
        Assert.InRange(first.Usage!.InputTokenCount!.Value, 1400, 1700);
        Assert.True(first.GetSlerpStatistics()!.MergedTokens > 100);
        messages.AddRange(first.Messages);
        messages.Add(new(ChatRole.User, "And what is its colour?"));

        var second = await AskAsync(streaming, messages, options);

        var known = first.Usage.InputTokenCount.Value + first.Usage.OutputTokenCount!.Value;
        Assert.True(
            second.Usage!.CachedInputTokenCount >= 0.95 * known,
            $"{second.Usage.CachedInputTokenCount} of the {known} tokens of the first turn were reused; fallbacks: {second.GetSlerpStatistics()!.Fallbacks}.");
    }

    private Task<ChatResponse> AskAsync(bool streaming, IReadOnlyList<ChatMessage> messages, ChatOptions options) => streaming
        ? _client.GetStreamingResponseAsync(messages, options).ToChatResponseAsync()
        : _client.GetResponseAsync(messages, options);

    private static string Passage()
    {
        var text = new StringBuilder("Passage: The mill belongs to Anna Berg. The mill is green. ");
        for (var house = 1; text.Length < 4900; house++)
        {
            text.Append("House ").Append(house).Append(" stands at the river, and its door was painted in the spring. ");
        }

        return text.Append("\n\n").ToString();
    }
}
