using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Slerp.Connector.Tests.Doubles;

/// <summary>Invokes the functions a model calls and asks again, the way the function-invoking clients of Microsoft.Extensions.AI and Semantic Kernel do.</summary>
/// <remarks>As they do it: a required mode holds for the first round alone, failures are told to the model as text, calls of one round are answered in one tool message.</remarks>
internal sealed class FunctionLoop(IChatClient inner, int mostRounds = 4) : DelegatingChatClient(inner)
{
    private readonly List<string> _invoked = [];

    /// <summary>What was invoked, with its arguments, in order.</summary>
    public IReadOnlyList<string> Invoked => _invoked;

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        List<ChatMessage> history = [.. messages];
        var all = new List<ChatMessage>();
        var usage = new UsageDetails();
        for (var round = 1; ; round++)
        {
            var response = await InnerClient.GetResponseAsync(history, ForRound(options, round), cancellationToken);
            usage.Add(response.Usage ?? new UsageDetails());
            all.AddRange(response.Messages);
            if (await AnswerAsync(response, options, cancellationToken) is not { } results)
            {
                response.Messages = all;
                response.Usage = usage;
                return response;
            }

            all.Add(results);
            history.AddRange([.. response.Messages, results]);
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<ChatMessage> history = [.. messages];
        for (var round = 1; ; round++)
        {
            var updates = new List<ChatResponseUpdate>();
            await foreach (var update in InnerClient.GetStreamingResponseAsync(history, ForRound(options, round), cancellationToken))
            {
                updates.Add(update);
                yield return update;
            }

            var response = updates.ToChatResponse();
            if (await AnswerAsync(response, options, cancellationToken) is not { } results)
            {
                yield break;
            }

            history.AddRange([.. response.Messages, results]);
            yield return new ChatResponseUpdate(ChatRole.Tool, results.Contents) { MessageId = $"results-{round}", ResponseId = response.ResponseId };
        }
    }

    // The last round has no tools: the model must answer.
    private ChatOptions? ForRound(ChatOptions? options, int round)
    {
        if (options is null || round == 1)
        {
            return options;
        }

        var next = options.Clone();
        next.ToolMode = next.ToolMode is RequiredChatToolMode ? null : next.ToolMode;
        next.Tools = round > mostRounds ? null : next.Tools;
        return next;
    }

    private async Task<ChatMessage?> AnswerAsync(ChatResponse response, ChatOptions? options, CancellationToken cancellationToken)
    {
        var results = new List<AIContent>();
        foreach (var call in response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>())
        {
            results.Add(new FunctionResultContent(call.CallId, await InvokeAsync(call, options, cancellationToken)));
        }

        return results.Count == 0 ? null : new ChatMessage(ChatRole.Tool, results);
    }

    private async Task<object?> InvokeAsync(FunctionCallContent call, ChatOptions? options, CancellationToken cancellationToken)
    {
        if (options?.Tools?.OfType<AIFunction>().FirstOrDefault(tool => tool.Name == call.Name) is not { } function)
        {
            return $"Error: Requested function \"{call.Name}\" not found.";
        }

        _invoked.Add($"{call.Name}({string.Join(", ", call.Arguments?.Select(argument => $"{argument.Key}: {argument.Value}") ?? [])})");
        try
        {
            return await function.InvokeAsync(new AIFunctionArguments(call.Arguments), cancellationToken);
        }
        catch (InvalidOperationException)
        {
            return "Error: Function failed.";
        }
    }
}
