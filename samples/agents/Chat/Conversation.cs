using Microsoft.Extensions.AI;
using Slerp.Connector;
using Slerp.Engine;

namespace Slerp.Samples.Chat;

/// <summary>The turns so far, and how the next is answered: streamed to standard output.</summary>
internal sealed class Conversation(IChatClient client, ChatSettings settings, Waiting waiting)
{
    /// <summary>The name of decoding without a drafter.</summary>
    public const string Plainly = "vanilla";

    private readonly List<ChatMessage> _messages = [];

    /// <summary>Loads the model. The first answer would do it too; this way the wait is shown for what it is.</summary>
    public async Task<ModelInfo> LoadAsync(CancellationToken cancellationToken)
    {
        var slerp = client.GetRequiredService<SlerpChatClient>();
        var model = await waiting.ForAsync("Loading the model", () => slerp.LoadAsync(cancellationToken));
        return model.HasChatTemplate || settings.Raw
            ? model
            : throw new NotSupportedException($"Model '{model.Name}' has no chat template, so it cannot hold a conversation. Use --raw to have it continue the prompt as it stands.");
    }

    /// <summary>Answers and remembers. A cancelled answer is not remembered.</summary>
    public async Task AnswerAsync(string text, CancellationToken cancellationToken)
    {
        var question = await QuestionAsync(text, cancellationToken);
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

        Fallback.Write(response, Console.Error);
        if (settings.Stats)
        {
            StatisticsLine.Write(response, Console.Error);
        }
    }

    /// <summary>Answers twice, plainly and with the drafter, and writes both as a table.</summary>
    public async Task CompareAsync(string text, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        var question = await QuestionAsync(text, cancellationToken);
        // The same seed for both; a fresh one would compare two different answers.
        var seed = settings.Seed ?? 1;
        var responses = new Dictionary<string, ChatResponse>();
        foreach (var decoding in new[] { Plainly, settings.Decoding ?? EngineCatalog.Drafters[0] })
        {
            var options = Options(decoding);
            options.Seed = seed;
            responses[decoding] = await waiting.ForAsync($"Answering ({decoding})", () => client.GetResponseAsync([question], options, cancellationToken));
        }

        ComparisonTable.Write(responses);
    }

    /// <summary>Forgets all turns.</summary>
    public void Clear() => _messages.Clear();

    private ChatOptions Options(string? decoding = null)
    {
        var options = new ChatOptions
        {
            Instructions = settings.System,
            MaxOutputTokens = settings.MaxTokens,
            Temperature = settings.Temperature,
            Seed = settings.Seed,
        };
        Set(SlerpProperties.Raw, settings.Raw ? true : null);
        Set(SlerpProperties.Drafter, decoding ?? settings.Decoding);
        Set(SlerpProperties.Merge, settings.Merge ? "prompt" : null);
        Set(SlerpProperties.MergeCutoff, settings.Cutoff);
        // A drill needs a judge, also where nothing lossy is asked for.
        Set(SlerpProperties.Gate, settings.Quality ?? (settings.Drill is null ? null : "always"));
        return options;

        void Set(string name, object? value)
        {
            if (value is not null)
            {
                (options.AdditionalProperties ??= [])[name] = value;
            }
        }
    }

    private async Task<ChatMessage> QuestionAsync(string text, CancellationToken cancellationToken) => settings.Context is { } file
        ? new ChatMessage(ChatRole.User, [new TextContent(await File.ReadAllTextAsync(file, cancellationToken)).AsContext(), new TextContent("\n\n" + text)])
        : new ChatMessage(ChatRole.User, text);
}
