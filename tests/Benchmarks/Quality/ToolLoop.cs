using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Quality;

/// <summary>Tool calls as frameworks use them: a loop that runs what is called until an answer comes, and calls that are forced.</summary>
internal static class ToolLoop
{
    private const int MostRounds = 3;

    /// <summary>Prints two lines: cases whose first call through a streaming loop is right, and forced calls that are valid.</summary>
    public static async Task ScoreAsync(IChatClient client, string skill, QualityCase[] cases, int maxTokens, int atOnce, CancellationToken cancellationToken)
    {
        var (right, answered, valid) = (0, 0, 0);
        foreach (var group in cases.Chunk(atOnce))
        {
            foreach (var (isRight, isAnswered) in await Task.WhenAll(group.Select(item => RunAsync(client, item, maxTokens, cancellationToken))))
            {
                right += isRight ? 1 : 0;
                answered += isAnswered ? 1 : 0;
            }

            valid += (await Task.WhenAll(group.Select(item => IsForcedCallValidAsync(client, item, maxTokens, cancellationToken)))).Count(static isValid => isValid);
        }

        Figure.Print(
            "embedded-quality", ("skill", skill + "_loop"), ("cases", cases.Length), ("score", (double)right / Math.Max(1, cases.Length)),
            ("answered", (double)answered / Math.Max(1, cases.Length)));
        Figure.Print("embedded-quality", ("skill", skill.Replace("tool", "tool_forced", StringComparison.Ordinal)), ("cases", cases.Length), ("score", (double)valid / Math.Max(1, cases.Length)));
    }

    // What a function-invoking client does: the stream's calls are run, their results go back, until an answer has none.
    private static async Task<(bool IsRight, bool IsAnswered)> RunAsync(IChatClient client, QualityCase item, int maxTokens, CancellationToken cancellationToken)
    {
        List<ChatMessage> messages = [.. item.Messages];
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = maxTokens, Tools = item.Tools };
        var isRight = false;
        for (var round = 0; round < MostRounds; round++)
        {
            var response = await client.GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);
            FunctionCallContent[] calls = [.. response.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>()];
            isRight |= round == 0 && calls is [var only] && item.IsRight(only);
            if (calls.Length == 0)
            {
                return (isRight, response.Text.Length > 0);
            }

            messages.AddMessages(response);
            messages.Add(new ChatMessage(ChatRole.Tool, [.. calls.Select(static call => new FunctionResultContent(call.CallId, "done"))]));
        }

        return (isRight, false);
    }

    private static async Task<bool> IsForcedCallValidAsync(IChatClient client, QualityCase item, int maxTokens, CancellationToken cancellationToken)
    {
        var options = new ChatOptions { Temperature = 1, Seed = 1, MaxOutputTokens = maxTokens, Tools = item.Tools, ToolMode = ChatToolMode.RequireAny };
        var response = await client.GetStreamingResponseAsync(item.Messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);
        FunctionCallContent[] calls = [.. response.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>()];
        return calls.Length > 0 && calls.All(item.IsValid) && response.FinishReason == ChatFinishReason.ToolCalls;
    }
}
