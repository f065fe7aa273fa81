using Microsoft.Extensions.AI;
using Slerp.Connector;

namespace Slerp.Samples.Chat;

/// <summary>The turns so far, and how the next is answered: streamed to standard output.</summary>
internal sealed class Conversation(IChatClient client, ChatSettings settings, Waiting waiting)
{
    private readonly List<ChatMessage> _messages = [];

    /// <summary>Answers and remembers. A cancelled answer is not remembered.</summary>
    public async Task AnswerAsync(string text, CancellationToken cancellationToken)
    {
        if (client.GetService<SlerpChatClient>() is { } slerp)
        {
            await waiting.ForAsync("Loading the model", () => slerp.LoadAsync(cancellationToken));
        }

        var question = new ChatMessage(ChatRole.User, text);
        var updates = new List<ChatResponseUpdate>();
        await using var stream = client.GetStreamingResponseAsync([.. _messages, question], Options(), cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        var more = await waiting.ForAsync("Reading the prompt", () => stream.MoveNextAsync().AsTask());
        while (more)
        {
            updates.Add(stream.Current);
            Console.Out.Write(stream.Current.Text);
            more = await stream.MoveNextAsync();
        }

        Console.Out.WriteLine();
        var response = updates.ToChatResponse();
        if (!settings.Raw)
        {
            _messages.Add(question);
            _messages.AddMessages(response);
        }

        if (settings.Stats)
        {
            StatisticsLine.Write(response, Console.Error);
        }
    }

    /// <summary>Forgets all turns.</summary>
    public void Clear() => _messages.Clear();

    private ChatOptions Options()
    {
        var options = new ChatOptions
        {
            Instructions = settings.System,
            MaxOutputTokens = settings.MaxTokens,
            Temperature = settings.Temperature,
            Seed = settings.Seed,
        };
        if (settings.Raw)
        {
            (options.AdditionalProperties ??= [])[SlerpProperties.Raw] = true;
        }

        return options;
    }
}
