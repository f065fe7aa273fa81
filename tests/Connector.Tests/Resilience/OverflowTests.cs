using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Slerp.Connector.Hosting;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Resilience;

/// <summary>Rules of falling back to another client: for what the local model cannot take, before the first update, never after a cancellation.</summary>
public sealed class OverflowTests : IDisposable
{
    private readonly DirectoryInfo _model = Directory.CreateTempSubdirectory("slerp-overflow-");

    public OverflowTests() => File.WriteAllText(Path.Combine(_model.FullName, "config.json"), "{}");

    public static TheoryData<Exception, bool, bool> Failures()
    {
        var data = new TheoryData<Exception, bool, bool>();
        foreach (var streaming in (bool[])[true, false])
        {
            data.Add(new CapacityException("full"), true, streaming);
            data.Add(new ContextLengthException(10, 5), true, streaming);
            data.Add(new DeviceException("gone", isTransient: false), true, streaming);
            data.Add(new StepException("broken", new InvalidOperationException()), true, streaming);
            data.Add(new CheckpointException("config.json", "missing"), true, streaming);
            data.Add(new ChatTemplateException("refused"), false, streaming);
            data.Add(new ConstraintException(ConstraintFailure.UnsupportedKeyword, "", "not", "unsupported"), false, streaming);
            data.Add(new OperationCanceledException(), false, streaming);
            data.Add(new InvalidOperationException("a bug"), false, streaming);
        }

        return data;
    }

    public void Dispose() => _model.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Failure_BeforeTheFirstUpdate_GoesToTheOtherClient_OnlyWhereItIsTheModels(Exception failure, bool overflows, bool streaming)
    {
        var other = new OtherClient();
        await using var provider = Provider(new FakeEngine { Refusal = _ => failure }, builder => builder.FallbackTo(other));
        var client = provider.GetRequiredService<IChatClient>();
        if (overflows)
        {
            Assert.Equal("from afar", (await AskAsync(client, streaming)).Text);
            Assert.Equal(streaming, other.Streamed);
        }
        else
        {
            Assert.Same(failure, await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(client, streaming)));
            Assert.Equal(0, other.Calls);
        }
    }

    [Fact]
    public async Task Failure_AfterTheFirstUpdate_IsToldToWhoSawIt_AndGoesToTheOtherClientWhereNobodyDid()
    {
        var other = new OtherClient();
        var engine = new FakeEngine { Script = _ => [new Segment("Hel", 1, null)], Failure = new StepException("broken", new InvalidOperationException()) };
        await using var provider = Provider(engine, builder => builder.FallbackTo(other));
        var client = provider.GetRequiredService<IChatClient>();
        await Assert.ThrowsAsync<StepException>(() => AskAsync(client, streaming: true));
        Assert.Equal(0, other.Calls);
        var whole = await AskAsync(client, streaming: false);
        Assert.Equal(("from afar", "far-1", 1), (whole.Text, whole.ResponseId, other.Calls));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BothClients_AreAskedWhatWasAskedAtTheCall(bool streaming)
    {
        var other = new OtherClient();
        var message = new ChatMessage(ChatRole.User, "Hi");
        var messages = new List<ChatMessage> { message };
        var options = new ChatOptions { MaxOutputTokens = 7, AdditionalProperties = new() { ["mine"] = 1 } };
        GenerationRequest? local = null;
        await using var provider = Provider(
            new FakeEngine
            {
                Refusal = request =>
                {
                    local = request;
                    Change();
                    return new CapacityException("full");
                },
            },
            builder => builder.FallbackTo(other));
        var client = provider.GetRequiredService<IChatClient>();
        if (streaming)
        {
            var updates = client.GetStreamingResponseAsync(messages, options);
            Change();
            await updates.ToChatResponseAsync();
        }
        else
        {
            await client.GetResponseAsync(messages, options);
        }

        Assert.Equal(7, local!.MaxOutputTokens);
        Assert.Equal("Hi", Assert.Single(Assert.Single(((Prompt.Conversation)local.Prompt).Turns).Parts).Text);
        Assert.Equal("Hi", Assert.Single(other.Messages!).Text);
        Assert.Equal(7, other.Options!.MaxOutputTokens);

        void Change()
        {
            messages.Add(message);
            message.Contents.Add(new TextContent(" there"));
            options.MaxOutputTokens = 9;
        }
    }

    [Fact]
    public async Task Cancelled_IsNeverSentElsewhere()
    {
        using var cancellation = new CancellationTokenSource();
        var other = new OtherClient();
        var engine = new FakeEngine { Refusal = _ => Cancel() };
        await using var provider = Provider(engine, builder => builder.FallbackTo(other));
        await Assert.ThrowsAsync<CapacityException>(() => AskAsync(provider.GetRequiredService<IChatClient>(), streaming: true, null, cancellation.Token));
        Assert.Equal(0, other.Calls);

        Exception Cancel()
        {
            cancellation.Cancel();
            return new CapacityException("full");
        }
    }

    [Fact]
    public async Task OtherClient_GetsTheMessagesOnce_AndOptionsWithoutWhatIsOurs()
    {
        var other = new OtherClient();
        await using var provider = Provider(new FakeEngine { Refusal = _ => new CapacityException("full") }, builder => builder.FallbackTo(other));
        var options = new ChatOptions { ModelId = _model.Name, Temperature = 0.5f, AdditionalProperties = new() { [SlerpProperties.Tenant] = "t", ["Slerp.Drafter"] = "vanilla", ["own"] = 1 } };
        await AskAsync(provider.GetRequiredService<IChatClient>(), streaming: true, options);
        Assert.Equal("Hi", Assert.Single(other.Messages!).Text);
        Assert.Null(other.Options!.ModelId);
        Assert.Equal(0.5f, other.Options.Temperature);
        Assert.Equal(["own"], other.Options.AdditionalProperties!.Keys);
        Assert.Equal(3, options.AdditionalProperties.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ConversationOfTheOtherClient_DoesNotLeak_TheCallersOwnIdReachesIt(bool streaming)
    {
        var other = new OtherClient { ConversationId = "theirs" };
        var full = true;
        var engine = new FakeEngine { Refusal = _ => full ? new CapacityException("full") : null };
        await using var provider = Provider(engine, builder => builder.FallbackTo(other));
        var client = provider.GetRequiredService<IChatClient>();
#pragma warning disable MEAI001 // Experimental in the abstractions.
        var options = new ChatOptions { ConversationId = "mine", AllowBackgroundResponses = true };
        var response = await AskAsync(client, streaming, options);
        Assert.Equal(("from afar", "far-1", null), (response.Text, response.ResponseId, response.ConversationId));
        Assert.Equal(("mine", null), (other.Options!.ConversationId, other.Options.AllowBackgroundResponses));
        Assert.Equal(3, response.Usage!.TotalTokenCount);
#pragma warning restore MEAI001
        full = false;
        Assert.Null((await AskAsync(client, streaming, options)).ConversationId);
        Assert.Equal(1, other.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_IsTakenWhenItIsMade(bool streaming)
    {
        var other = new OtherClient();
        var loader = new FakeLoader(new FakeEngine { Refusal = _ => new CapacityException("full") });
        var gate = new TaskCompletionSource();
        loader.Gate = gate.Task;
        await using var provider = Provider(new FakeEngine(), builder => builder.FallbackTo(other), services => services.AddSingleton<IEngineLoader>(loader));
        var client = provider.GetRequiredService<IChatClient>();
        List<ChatMessage> messages = [new(ChatRole.User, "first")];
        var options = new ChatOptions { Temperature = 0.5f };
        var answer = streaming ? client.GetStreamingResponseAsync(messages, options).ToChatResponseAsync() : client.GetResponseAsync(messages, options);
        messages.Add(new(ChatRole.User, "second"));
        options.Temperature = 1;
        gate.SetResult();
        await answer;
        Assert.Equal("first", Assert.Single(other.Messages!).Text);
        Assert.Equal(0.5f, other.Options!.Temperature);
    }

    [Fact]
    public async Task Fallback_StandsInsideTheMiddleware_AndIsNotDisposedWithTheClient()
    {
        var other = new OtherClient();
        var provider = Provider(
            new FakeEngine { Refusal = _ => new CapacityException("full") },
            builder => builder.FallbackTo(other).Use((inner, _) => new Outer(inner)),
            services => services.AddKeyedSingleton<IChatClient>("far", new OtherClient()));
        var client = Assert.IsType<Outer>(provider.GetRequiredService<IChatClient>());
        Assert.Equal("from afar", (await AskAsync(client, streaming: true)).Text);
        Assert.NotNull(client.GetService<SlerpChatClient>());
        await provider.DisposeAsync();
        Assert.False(other.IsDisposed);
    }

    [Fact]
    public async Task FallbackToKeyed_FindsTheRegisteredClient()
    {
        await using var provider = Provider(
            new FakeEngine { Refusal = _ => new CapacityException("full") },
            builder => builder.FallbackToKeyed("far"),
            services => services.AddKeyedSingleton<IChatClient>("far", new OtherClient()));
        Assert.Equal("from afar", (await AskAsync(provider.GetRequiredService<IChatClient>(), streaming: false)).Text);
    }

    [Theory]
    [InlineData("far", true)]
    [InlineData("fra", false)]
    public async Task FallbackToKeyed_ThatNobodyRegistered_IsRefusedAtStart_OfThatClientAlone(string key, bool isThere)
    {
        await using var provider = Provider(
            new FakeEngine(),
            builder => builder.FallbackToKeyed(key).Services.AddKeyedSlerpChatClient("plain", options => options.ModelPath = _model.FullName),
            services => services.AddKeyedSingleton<IChatClient>("far", new OtherClient()));
        var refusal = Record.Exception(() => provider.GetRequiredService<IStartupValidator>().Validate());
        Assert.Equal(isThere, refusal is null);
        Assert.NotNull(provider.GetRequiredKeyedService<IChatClient>("plain"));
        if (!isThere)
        {
            Assert.Contains("'fra'", Assert.IsType<OptionsValidationException>(refusal).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task LoadThatFails_GoesToTheOtherClient()
    {
        var loader = new FakeLoader(new FakeEngine()) { Failure = new DeviceException("too small", isTransient: false) };
        await using var provider = Provider(new FakeEngine(), builder => builder.FallbackTo(new OtherClient()), services => services.AddSingleton<IEngineLoader>(loader));
        Assert.Equal("from afar", (await AskAsync(provider.GetRequiredService<IChatClient>(), streaming: true)).Text);
    }

    [Fact]
    public async Task MistakeInTheConfiguration_SendsNoPromptElsewhere()
    {
        var other = new OtherClient();
        var options = new EngineOptions { ModelPath = _model.FullName, Threads = 100_000 };
        var mistake = await Assert.ThrowsAnyAsync<ArgumentException>(() => SlerpEngine.LoadAsync(options));
        var loader = new FakeLoader(new FakeEngine()) { Failure = mistake };
        await using var provider = Provider(new FakeEngine(), builder => builder.FallbackTo(other), services => services.AddSingleton<IEngineLoader>(loader));
        Assert.Same(mistake, await Record.ExceptionAsync(() => AskAsync(provider.GetRequiredService<IChatClient>(), streaming: true)));
        Assert.Equal(0, other.Calls);
    }

    private static Task<ChatResponse> AskAsync(IChatClient client, bool streaming, ChatOptions? options = null, CancellationToken cancellationToken = default) => streaming
        ? client.GetStreamingResponseAsync(Once(), options, cancellationToken).ToChatResponseAsync(CancellationToken.None)
        : client.GetResponseAsync(Once(), options, cancellationToken);

    // A sequence that can be read once, as callers may give.
    private static IEnumerable<ChatMessage> Once()
    {
        yield return new ChatMessage(ChatRole.User, "Hi");
    }

    private ServiceProvider Provider(FakeEngine engine, Action<ISlerpChatClientBuilder> build, Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection().AddSingleton<IEngineLoader>(new FakeLoader(engine));
        more?.Invoke(services);
        build(services.AddSlerpChatClient(options => options.ModelPath = _model.FullName));
        return services.BuildServiceProvider();
    }

    private sealed class Outer(IChatClient inner) : DelegatingChatClient(inner);

    private sealed class OtherClient : IChatClient
    {
        public string? ConversationId { get; init; }

        public int Calls { get; private set; }

        public bool Streamed { get; private set; }

        public bool IsDisposed { get; private set; }

        public IReadOnlyList<ChatMessage>? Messages { get; private set; }

        public ChatOptions? Options { get; private set; }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Note(messages, options);
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "from afar"))
            {
                ResponseId = "far-1",
                ConversationId = ConversationId,
                Usage = new UsageDetails { TotalTokenCount = 3 },
            });
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Note(messages, options);
            Streamed = true;
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, "from ") { ResponseId = "far-1", ConversationId = ConversationId };
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new TextContent("afar"), new UsageContent(new UsageDetails { TotalTokenCount = 3 })])
            {
                ResponseId = "far-1",
                ConversationId = ConversationId,
            };
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() => IsDisposed = true;

        private void Note(IEnumerable<ChatMessage> messages, ChatOptions? options)
        {
            Calls++;
            Messages = [.. messages];
            Options = options;
        }
    }
}
