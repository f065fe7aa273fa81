using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Slerp.Connector.Hosting;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Hosting;

/// <summary>What requests are told when the services are disposed: those under way that they were cancelled, later ones that the client is disposed.</summary>
public sealed class ShutdownTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task RunningAnswer_IsCancelled_AndSaysWhy(bool asynchronously, bool judged)
    {
        var provider = Provider(new FakeLoader(new FakeEngine { Script = _ => [new Segment("Hel", 1, null), null] }), judged);
        var client = provider.GetRequiredService<IChatClient>();
        await using var updates = client.GetStreamingResponseAsync("Hi").GetAsyncEnumerator();
        Assert.True(await updates.MoveNextAsync());
        var next = updates.MoveNextAsync().AsTask();
        var whole = client.GetResponseAsync("Hi");
        await DisposeAsync(provider, asynchronously);
        foreach (var ended in new[] { next, (Task)whole })
        {
            var told = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ended);
            Assert.Contains("disposed while the request ran", told.Message, StringComparison.Ordinal);
            Assert.IsType<ObjectDisposedException>(told.InnerException);
        }

        // Who asks now has a client that is disposed.
        Assert.Contains(nameof(SlerpChatClient), (await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetResponseAsync("Hi"))).ObjectName, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => client.GetStreamingResponseAsync("Hi"));
    }

    [Fact]
    public async Task RequestsThatWaitForTheLoad_AreCancelled_OfEitherKind()
    {
        var provider = Provider(new FakeLoader(new FakeEngine()) { Gate = new TaskCompletionSource().Task });
        var answer = provider.GetRequiredService<IChatClient>().GetResponseAsync("Hi");
        var vectors = provider.GetRequiredService<SlerpEmbeddingGenerator>().GenerateAsync(["a"]);
        var loads = (Task[])[provider.GetRequiredService<SlerpChatClient>().LoadAsync(), provider.GetRequiredService<SlerpEmbeddingGenerator>().LoadAsync()];
        await provider.DisposeAsync();
        foreach (var ended in (Task[])[answer, vectors, .. loads])
        {
            Assert.Contains("disposed while", (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ended)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task RunningEmbedding_IsCancelled_LaterOnesAreRefused()
    {
        using var hold = new SemaphoreSlim(0);
        var engine = new FakeEngine { Hold = hold };
        var provider = Provider(new FakeLoader(engine));
        var generator = provider.GetRequiredService<SlerpEmbeddingGenerator>();
        var call = generator.GenerateAsync(["a"]);
        await TestTimeouts.EventuallyAsync(() => engine.Embeddings.Count == 1, "the call is under way");
        await provider.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateAsync(["a"]));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.LoadAsync());
    }

    [Fact]
    public async Task CallerThatCancelsToo_IsToldOfThat()
    {
        using var cancellation = new CancellationTokenSource();
        ClientUnderTest? made = null;
        using var under = made = new ClientUnderTest(new FakeEngine { Refusal = _ => Cancel() });
        var told = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => under.Client.GetResponseAsync("Hi", cancellationToken: cancellation.Token));
        Assert.Equal(cancellation.Token, told.CancellationToken);

        Exception Cancel()
        {
            cancellation.Cancel();
            made!.Host.Dispose();
            return new ObjectDisposedException("engine");
        }
    }

    [Fact]
    public async Task DisposedThingOfTheApplications_IsToldAsItIs()
    {
        using var under = new ClientUnderTest(new FakeEngine { Refusal = _ => new ObjectDisposedException("the application's own") });
        Assert.Equal("the application's own", (await Assert.ThrowsAsync<ObjectDisposedException>(() => under.Client.GetResponseAsync("Hi"))).ObjectName);
    }

    [Fact]
    public async Task RealEngine_ManyRequestsAtOnce_EndWithAnAnswerOrACancellation()
    {
        var services = new ServiceCollection();
        var path = new ToyCheckpoint { Context = 512 }.Save(_folder);
        services.AddSlerpChatClient(options => (options.ModelPath, options.Engine.Threads, options.Engine.MaxConcurrentRequests, options.Engine.QueueLimit) = (path, 1, 4, 100));
        services.AddSlerpEmbeddingGenerator(options => options.ModelPath = path);
        var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<IChatClient>();
        var generator = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        await client.GetResponseAsync("Hi", new ChatOptions { MaxOutputTokens = 1 });
        var calls = Enumerable.Range(0, 24).Select(number => Task.Run<object>(async () => (number % 3) switch
        {
            0 => await generator.GenerateAsync([.. Enumerable.Range(0, 20).Select(text => $"{number} {text}")]),
            1 => await client.GetResponseAsync($"{number}", new ChatOptions { MaxOutputTokens = 400, AdditionalProperties = new() { [SlerpProperties.Gate] = "always" } }),
            _ => await client.GetStreamingResponseAsync($"{number}", new ChatOptions { MaxOutputTokens = 400 }).ToChatResponseAsync(),
        })).ToList();
        await Task.WhenAny(calls);
        await provider.DisposeAsync();
        var failures = new List<Exception>();
        foreach (var call in calls)
        {
            if (await Record.ExceptionAsync(() => call.WaitAsync(TestTimeouts.Limit)) is { } failure)
            {
                failures.Add(failure);
            }
        }

        Assert.All(failures, static failure => Assert.True(
            failure is OperationCanceledException || (failure is ObjectDisposedException late && late.ObjectName.StartsWith("Slerp.Connector.Slerp", StringComparison.Ordinal)), failure.ToString()));
    }

    private static async Task DisposeAsync(ServiceProvider provider, bool asynchronously)
    {
        if (asynchronously)
        {
            await provider.DisposeAsync();
        }
        else
        {
            provider.Dispose();
        }
    }

    private ServiceProvider Provider(FakeLoader loader, bool judged = false)
    {
        var path = Path.GetDirectoryName(_folder.Write(Path.Combine("m", "config.json"), "{}"))!;
        var services = new ServiceCollection().AddSingleton<IEngineLoader>(loader);
        services.AddSlerpChatClient(options => (options.ModelPath, options.Quality.Gate) = (path, judged ? GateUse.Always : GateUse.WhenLossy));
        services.AddSlerpEmbeddingGenerator(options => options.ModelPath = path);
        return services.BuildServiceProvider();
    }
}
