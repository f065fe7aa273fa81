using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using Slerp.Tests.Shared;
using static Slerp.Connector.Conformance.Asking;

namespace Slerp.Connector.Conformance;

/// <summary>Contract 1.4: how a client behaves, on a scripted engine and on a real one.</summary>
public sealed class Section14BehaviourTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, BothWays]
    public async Task ConcurrentCalls_GiveTheSameTextAsAlone(bool streaming)
    {
        await using var client = Real();
        var options = new ChatOptions { Seed = 5, MaxOutputTokens = 30 };
        var alone = new List<string>();
        foreach (var question in Questions)
        {
            alone.Add((await AskAsync(client, streaming, question, options)).Text);
        }

        var together = await Task.WhenAll(Questions.Select(question => AskAsync(client, streaming, question, options)));
        Assert.Equal(alone, together.Select(response => response.Text));
    }

    [Theory, BothWays]
    public async Task Cancellation_BeforeTheCall_WhileLoading_AndWhileAnswering_CarriesTheCallersToken(bool streaming)
    {
        await using var client = Real();
        using var before = new CancellationTokenSource();
        await before.CancelAsync();
        await AssertCancelledAsync(client, streaming, before);
        using var during = new CancellationTokenSource();
        var answer = AskAsync(client, streaming, "a long one", new ChatOptions { MaxOutputTokens = 200 }, during.Token);
        during.CancelAfter(TimeSpan.FromMilliseconds(5));
        try
        {
            await answer;
        }
        catch (OperationCanceledException failure)
        {
            Assert.Equal(during.Token, failure.CancellationToken);
        }

        Assert.NotEmpty((await AskAsync(client, streaming, "and on", new ChatOptions { MaxOutputTokens = 3 })).Text);
    }

    [Fact]
    public async Task ConsumerThatLeaves_FreesItsPlace()
    {
        using var under = new ClientUnderTest(Answering("Hello there, friend"));
        await foreach (var update in under.Client.GetStreamingResponseAsync([User("Hi")]))
        {
            Assert.NotEmpty(update.Contents);
            break;
        }

        Assert.True(under.Engine.LastGeneration!.IsDisposed);
    }

    [Fact]
    public async Task CallersThread_IsNotBlockedByTheModel()
    {
        await using var client = Real();
        await client.LoadAsync();
        var first = client.GetStreamingResponseAsync([User("Hi")], new ChatOptions { MaxOutputTokens = 200 }).GetAsyncEnumerator();
        await using (first)
        {
            var move = first.MoveNextAsync();
            // The answer takes two hundred steps; the call came back while the engine's own thread takes them.
            Assert.True(await move);
        }
    }

    [Theory, BothWays]
    public async Task Request_IsTakenWhenItIsMade_WhateverBecomesOfItsLists(bool streaming)
    {
        using var under = new ClientUnderTest();
        var gate = new TaskCompletionSource();
        under.Loader.Gate = gate.Task;
        var words = new Dictionary<string, object?> { ["city"] = "Lisbon" };
        List<ChatMessage> messages = [User("first"), new(ChatRole.Assistant, [new FunctionCallContent("1", "get_weather", words)]), new(ChatRole.Tool, [new FunctionResultContent("1", words)])];
        var options = new ChatOptions { MaxOutputTokens = 7, StopSequences = ["."], Tools = [TestTools.Weather], AdditionalProperties = new() { [SlerpProperties.Tenant] = "t" }, Reasoning = new() { Effort = ReasoningEffort.None } };
        var answer = under.AskAsync(streaming, messages, options);
        messages[0].Contents[0] = new TextContent("changed");
        messages.Add(User("added"));
        words["city"] = "Oslo";
        (options.MaxOutputTokens, options.ToolMode, options.Reasoning.Effort) = (1, ChatToolMode.None, ReasoningEffort.High);
        options.StopSequences.Clear();
        options.Tools.Clear();
        options.AdditionalProperties.Clear();
        gate.SetResult();
        await answer;
        var request = under.Engine.LastRequest;
        var prompt = (Prompt.Conversation)request.Prompt;
        Assert.Equal(["first", "", "{\"city\":\"Lisbon\"}"], prompt.Turns.Select(turn => Compact(turn.Text())));
        Assert.Contains("Lisbon", prompt.Turns[1].ToolCalls[0].Arguments, StringComparison.Ordinal);
        Assert.Equal((7, "t", 1), (request.MaxOutputTokens, request.Tenant, prompt.Tools.Count));
        Assert.Equal(["."], request.StopSequences);
        Assert.Equal(System.Text.Json.JsonValueKind.False, prompt.Variables["enable_thinking"].ValueKind);
    }

    [Theory, BothWays]
    public async Task WhatNoModelCanDo_IsRefusedBeforeOneIsLoaded(bool streaming)
    {
        using var under = new ClientUnderTest();
        await Assert.ThrowsAsync<NotSupportedException>(() => under.AskAsync(streaming, [new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => under.AskAsync(streaming, new ChatOptions { ToolMode = ChatToolMode.RequireAny }));
        Assert.Equal(0, under.Loader.Loads);
    }

    [Fact]
    public async Task Stream_TakesItsRequestAtTheFirstMove()
    {
        using var under = new ClientUnderTest();
        List<ChatMessage> messages = [User("first")];
        var stream = under.Client.GetStreamingResponseAsync(messages);
        messages[0] = User("second");
        await using var updates = stream.GetAsyncEnumerator();
        var move = updates.MoveNextAsync();
        messages[0] = User("third");
        Assert.True(await move);
        Assert.Equal("second", ((Prompt.Conversation)under.Engine.LastRequest.Prompt).Turns[0].Text());
    }

    [Fact]
    public async Task Construction_LoadsNothing_ARequestDoes()
    {
        using var under = new ClientUnderTest();
        Assert.Equal(0, under.Loader.Loads);
        await under.AskAsync(true);
        Assert.Equal(1, under.Loader.Loads);
    }

    [Theory, BothWays]
    public async Task Dispose_IsIdempotent_AndLaterCallsAreRefused(bool streaming)
    {
        var client = Real();
        await AskAsync(client, streaming, "Hi", new ChatOptions { MaxOutputTokens = 2 });
        client.Dispose();
        client.Dispose();
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => AskAsync(client, streaming, "Hi", null));
    }

    [Theory, BothWays]
    public async Task Disposed_WhileRequestsRun_CancelsThem_AndHangsNobody(bool streaming)
    {
        var client = Real();
        await client.LoadAsync();
        var running = Enumerable.Range(0, 6).Select(_ => AskAsync(client, streaming, "a long one", new ChatOptions { MaxOutputTokens = 200 })).ToList();
        await client.DisposeAsync().AsTask().WaitAsync(TestTimeouts.Limit);
        foreach (var task in running)
        {
            if (await Record.ExceptionAsync(() => task.WaitAsync(TestTimeouts.Limit)) is { } end)
            {
                Assert.IsType<OperationCanceledException>(end);
                Assert.IsType<ObjectDisposedException>(end.InnerException);
            }
        }
    }

    [Theory, BothWays]
    public async Task ServicesDisposed_WhileRequestsOfSeveralClientsRun_CancelsThem_AndHangsNobody(bool streaming)
    {
        var path = new ToyCheckpoint().Save(_folder);
        var services = new ServiceCollection();
        services.AddSlerpChatClient(options => options.ModelPath = path).WarmUpOnStart();
        services.AddKeyedSlerpChatClient("second", options => options.ModelPath = path);
        services.AddKeyedSlerpChatClient("other", options => (options.ModelPath, options.Engine.KvFormat) = (path, KvFormat.BFloat16));
        services.AddSlerpEmbeddingGenerator(options => options.ModelPath = path);
        var provider = services.BuildServiceProvider();
        var embeddings = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        IChatClient[] clients = [provider.GetRequiredService<IChatClient>(), .. ((string[])["second", "other"]).Select(key => provider.GetRequiredKeyedService<IChatClient>(key))];
        var first = clients[0].GetStreamingResponseAsync([User("one that has begun")], new ChatOptions { MaxOutputTokens = 200 }).GetAsyncEnumerator();
        Assert.True(await first.MoveNextAsync());
        List<Task> running = [.. clients.SelectMany(client => Questions.Select(question => AskAsync(client, streaming, question, new ChatOptions { MaxOutputTokens = 200 })))];
        running.Add(embeddings.GenerateAsync(Questions));
        running.Add(ToTheEndAsync(first));
        await provider.DisposeAsync().AsTask().WaitAsync(TestTimeouts.Limit);
        foreach (var task in running)
        {
            if (await Record.ExceptionAsync(() => task.WaitAsync(TestTimeouts.Limit)) is { } end)
            {
                Assert.IsType<OperationCanceledException>(end);
                Assert.IsType<ObjectDisposedException>(end.InnerException);
            }
        }

        static async Task ToTheEndAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
        {
            await using (updates)
            {
                while (await updates.MoveNextAsync())
                {
                    Assert.Null(updates.Current.ConversationId);
                }
            }
        }
    }

    [Fact]
    public async Task SharedEngine_OutlivesAClientThatDoesNotOwnIt()
    {
        var path = new ToyCheckpoint().Save(_folder);
        var services = new ServiceCollection();
        services.AddSlerpChatClient(options => options.ModelPath = path);
        services.AddKeyedSlerpChatClient("second", options => options.ModelPath = path);
        await using var provider = services.BuildServiceProvider();
        await AskAsync(provider.GetRequiredService<SlerpChatClient>(), true, "Hi", new ChatOptions { MaxOutputTokens = 2 });
        await provider.GetRequiredService<SlerpChatClient>().DisposeAsync();
        var second = provider.GetRequiredKeyedService<SlerpChatClient>("second");
        Assert.NotEmpty((await AskAsync(second, true, "Hi", new ChatOptions { MaxOutputTokens = 2 })).Text);
    }

    [Fact]
    public void GetService_FollowsTheRules()
    {
        using var under = new ClientUnderTest();
        var client = under.Client;
        Assert.Throws<ArgumentNullException>(() => client.GetService(null!));
        Assert.Null(client.GetService(typeof(ChatClientMetadata), "key"));
        Assert.Same(client, client.GetService<SlerpChatClient>());
        var metadata = client.GetService<ChatClientMetadata>()!;
        Assert.Equal(("slerp", null, "fake-1b"), (metadata.ProviderName, metadata.ProviderUri, metadata.DefaultModelId));
    }

    [Theory, BothWays]
    public async Task FullQueue_IsRefusedAtOnce_WithATransientTypedError(bool streaming)
    {
        using var under = new ClientUnderTest(new FakeEngine { Refusal = _ => new CapacityException("full") });
        Assert.True((await Assert.ThrowsAsync<CapacityException>(() => under.AskAsync(streaming))).IsTransient);
    }

    [Theory, BothWays]
    public async Task PromptThatDoesNotFit_IsRefusedWithBothNumbers(bool streaming)
    {
        await using var client = Real();
        var failure = await Assert.ThrowsAsync<ContextLengthException>(() => AskAsync(client, streaming, new string('x', 400), null));
        Assert.Equal(256, failure.ContextTokens);
        Assert.True(failure.PromptTokens > 400);
    }

    private static readonly string[] Questions = ["one", "another", "a third, longer one", "four"];

    private static Task<ChatResponse> AskAsync(IChatClient client, bool streaming, string text, ChatOptions? options, CancellationToken cancellationToken = default) => streaming
        ? client.GetStreamingResponseAsync([User(text)], options, cancellationToken).ToChatResponseAsync(cancellationToken)
        : client.GetResponseAsync([User(text)], options, cancellationToken);

    private static async Task AssertCancelledAsync(IChatClient client, bool streaming, CancellationTokenSource source)
    {
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AskAsync(client, streaming, "Hi", null, source.Token));
        Assert.Equal(source.Token, failure.CancellationToken);
    }

    private SlerpChatClient Real() => new(new SlerpChatClientOptions { ModelPath = new ToyCheckpoint().Save(_folder) });
}
