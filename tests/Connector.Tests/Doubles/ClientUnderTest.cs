using Microsoft.Extensions.AI;
using Slerp.Connector.Hosting;
using Slerp.Connector.Telemetry;

namespace Slerp.Connector.Tests.Doubles;

/// <summary>A client on a fake engine.</summary>
internal sealed class ClientUnderTest : IDisposable
{
    private readonly SlerpInstruments _instruments = new(null);

    public ClientUnderTest(FakeEngine? engine = null, Action<SlerpChatClientOptions>? configure = null, TimeProvider? time = null)
    {
        Engine = engine ?? new FakeEngine();
        Loader = new FakeLoader(Engine);
        var options = new SlerpChatClientOptions { ModelPath = "models/fake-1b" };
        configure?.Invoke(options);
        time ??= TimeProvider.System;
        Host = new EngineHost(options.ToEngineOptions(), Loader, new EngineHostServices(Logger, _instruments, time, null));
        Client = new SlerpChatClient(Host, options, new ChatClientServices(Logger, _instruments, time));
    }

    public FakeEngine Engine { get; }

    public FakeLoader Loader { get; }

    public EngineHost Host { get; }

    public RecordingLogger Logger { get; } = new();

    public SlerpChatClient Client { get; }

    /// <summary>One answer, either way of calling.</summary>
    public Task<ChatResponse> AskAsync(
        bool streaming, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        streaming
            ? Client.GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken)
            : Client.GetResponseAsync(messages, options, cancellationToken);

    public Task<ChatResponse> AskAsync(bool streaming, ChatOptions? options = null) =>
        AskAsync(streaming, [new ChatMessage(ChatRole.User, "Hi")], options);

    public async Task<List<ChatResponseUpdate>> UpdatesAsync(ChatOptions? options = null)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")], options))
        {
            updates.Add(update);
        }

        return updates;
    }

    public void Dispose()
    {
        Client.Dispose();
        Host.Dispose();
        _instruments.Dispose();
    }
}
