using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Slerp.Connector;
using Slerp.Engine;

namespace Slerp.Benchmarks.Measuring;

/// <summary>The product as an application has it: an <see cref="IChatClient"/> from the services.</summary>
internal sealed class ChatBench : IAsyncDisposable
{
    private readonly ServiceProvider _provider;

    private ChatBench(ServiceProvider provider, ModelInfo model)
    {
        _provider = provider;
        Client = provider.GetRequiredService<IChatClient>();
        Embeddings = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        Model = model;
    }

    /// <summary>The client.</summary>
    public IChatClient Client { get; }

    /// <summary>Its embeddings, from the same weights.</summary>
    public IEmbeddingGenerator<string, Embedding<float>> Embeddings { get; }

    /// <summary>What is loaded.</summary>
    public ModelInfo Model { get; }

    /// <summary>Registers, resolves and loads.</summary>
    public static async Task<ChatBench> LoadAsync(
        BenchSettings settings,
        CancellationToken cancellationToken,
        int cachedPrefixes = 0,
        Action<SlerpChatClientOptions>? configure = null,
        IEnumerable<IQualityCheck>? checks = null)
    {
        var services = new ServiceCollection();
        foreach (var provided in BenchBackends.Providers)
        {
            services.AddSingleton(provided);
        }

        services.AddSlerpChatClient(options =>
        {
            options.ModelPath = settings.Folder;
            options.Engine.Backend = settings.Backend;
            options.Engine.WeightFormat = settings.Format;
            options.Engine.KvFormat = settings.KvFormat;
            options.Engine.Threads = settings.Threads;
            options.Engine.ContextTokens = settings.ContextTokens;
            options.Engine.DraftModelPath = settings.DraftFolder;
            options.Engine.WarmStart = settings.IsWarm;
            options.Engine.NotesFolder = settings.NotesFolder;
            // None by default: a prompt that comes again would not be read again.
            options.Engine.CachedPrefixes = cachedPrefixes;
            configure?.Invoke(options);
        });
        foreach (var check in checks ?? [])
        {
            services.AddSingleton(check);
        }

        services.AddSlerpEmbeddingGenerator(options => options.ModelPath = settings.Folder);
        var provider = services.BuildServiceProvider();
        var model = await provider.GetRequiredService<SlerpChatClient>().LoadAsync(cancellationToken);
        return new ChatBench(provider, model);
    }

    /// <summary>Waits until the warm table is made, where it is asked for: that takes pauses after a request.</summary>
    public static async Task WarmAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        while (settings.IsWarm && !(Directory.Exists(settings.NotesFolder) && Directory.EnumerateFiles(settings.NotesFolder, "successors", SearchOption.AllDirectories).Any()))
        {
            Progress.Say("  waiting for the warm table");
            await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
        }
    }

    /// <summary>Has a text continued greedily, token by token, streaming, and returns what it took.</summary>
    public async Task<SlerpStatistics> ContinueAsync(string text, int tokens, CancellationToken cancellationToken)
    {
        var options = new ChatOptions
        {
            Temperature = 0,
            MaxOutputTokens = tokens,
            AdditionalProperties = new() { [SlerpProperties.Raw] = true, [SlerpProperties.Drafter] = "vanilla" },
        };
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, text)], options, cancellationToken))
        {
            updates.Add(update);
        }

        return updates.ToChatResponse().GetSlerpStatistics()
            ?? throw new InvalidOperationException("The response carries no statistics: it is not this client's.");
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _provider.DisposeAsync();
}
