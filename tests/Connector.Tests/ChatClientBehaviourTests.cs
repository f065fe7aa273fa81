using Microsoft.Extensions.AI;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests;

/// <summary>Rules of behaviour: arguments, cancellation, failure, concurrency, disposal, services.</summary>
public sealed class ChatClientBehaviourTests
{
    private static readonly ChatMessage[] Hello = [new(ChatRole.User, "Hi")];

    [Fact]
    public async Task NullMessages_AreRefusedAtOnce()
    {
        using var under = new ClientUnderTest();
        Assert.Throws<ArgumentNullException>("messages", () => under.Client.GetStreamingResponseAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("messages", () => under.Client.GetResponseAsync(null!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NullOptionsAndNoMessages_AreFine(bool streaming)
    {
        using var under = new ClientUnderTest();
        Assert.Equal("Hello there", (await under.AskAsync(streaming, [])).Text);
        Assert.Empty(Assert.IsType<Prompt.Conversation>(under.Engine.LastRequest.Prompt).Turns);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelled_BeforeTheCall_NothingIsLoaded(bool streaming)
    {
        using var under = new ClientUnderTest();
        var cancelled = new CancellationToken(true);
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => under.AskAsync(streaming, Hello, null, cancelled));
        Assert.Equal(cancelled, thrown.CancellationToken);
        Assert.Equal(0, under.Loader.Loads);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelled_WhileTheModelLoads_TheCallerLeaves_TheLoadGoesOn(bool streaming)
    {
        using var under = new ClientUnderTest();
        var gate = new TaskCompletionSource();
        under.Loader.Gate = gate.Task;
        using var source = new CancellationTokenSource();
        var leaving = under.AskAsync(streaming, Hello, null, source.Token);
        var staying = under.AskAsync(streaming, Hello);
        await source.CancelAsync();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.Equal(source.Token, thrown.CancellationToken);
        gate.SetResult();
        Assert.Equal("Hello there", (await staying).Text);
        Assert.Equal(1, under.Loader.Loads);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelled_WhileAnswering_ThrowsTheCallersTokenAndFreesTheGeneration(bool streaming)
    {
        var waits = new TaskCompletionSource();
        using var under = new ClientUnderTest(new FakeEngine
        {
            Script = _ =>
            {
                waits.SetResult();
                return [new Segment("a", 1, null), null];
            },
        });
        using var source = new CancellationTokenSource();
        var answer = under.AskAsync(streaming, Hello, null, source.Token);
        await waits.Task.WaitAsync(TestTimeouts.Limit);
        await source.CancelAsync();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer.WaitAsync(TestTimeouts.Limit));
        Assert.Equal(source.Token, thrown.CancellationToken);
        Assert.True(under.Engine.LastGeneration!.IsDisposed);
        Assert.Empty(under.Logger.Warnings);
    }

    [Fact]
    public async Task ConsumerThatLeaves_FreesTheGeneration()
    {
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => FakeEngine.Segments("a", "b", "c") });
        await foreach (var update in under.Client.GetStreamingResponseAsync(Hello))
        {
            Assert.Equal("a", update.Text);
            break;
        }

        Assert.True(under.Engine.LastGeneration!.IsDisposed);
        Assert.Equal(1, under.Engine.LastGeneration.Taken);
    }

    public static TheoryData<Exception> Failures =>
    [
        new CapacityException("full"), new ContextLengthException(9, 8), new NumericalException("NaN"), new DeviceException("memory", true),
    ];

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task EngineFailure_PassesUnwrapped(Exception failure)
    {
        foreach (var streaming in new[] { true, false })
        {
            using var refused = new ClientUnderTest(new FakeEngine { Refusal = _ => failure });
            Assert.Same(failure, await Assert.ThrowsAnyAsync<EngineException>(() => refused.AskAsync(streaming)));
            using var broken = new ClientUnderTest(new FakeEngine { Script = _ => [new Segment("a", 1, null)], Failure = failure });
            Assert.Same(failure, await Assert.ThrowsAnyAsync<EngineException>(() => broken.AskAsync(streaming)));
            Assert.True(broken.Engine.LastGeneration!.IsDisposed);
        }
    }

    [Fact]
    public async Task ConcurrentRequests_EachGetTheirOwnAnswer()
    {
        using var under = new ClientUnderTest(new FakeEngine
        {
            Script = request => FakeEngine.Segments("You said ", ((Prompt.Conversation)request.Prompt).Turns[0].Parts[0].Text),
        });
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => under.AskAsync(i % 2 == 0, [new ChatMessage(ChatRole.User, $"{i}")])));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"You said {i}"), answers.Select(answer => answer.Text));
        Assert.Equal(1, under.Loader.Loads);
    }

    [Fact]
    public async Task Tools_OneCallOnly_EndsTheAnswerAfterIt()
    {
        const string call = "<tool_call>{\"name\":\"get_weather\",\"arguments\":{}}</tool_call>";
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => FakeEngine.Segments("Well. ", call + call[..5], call[5..], "more") });
        var options = new ChatOptions { Tools = [TestTools.Weather] };
        var many = await under.AskAsync(true, options);
        Assert.Equal(2, many.Messages[0].Contents.OfType<FunctionCallContent>().Count());
        Assert.Equal(ChatFinishReason.ToolCalls, many.FinishReason);
        options.AllowMultipleToolCalls = false;
        foreach (var streaming in new[] { true, false })
        {
            var one = await under.AskAsync(streaming, options);
            Assert.Equal("get_weather", Assert.Single(one.Messages[0].Contents.OfType<FunctionCallContent>()).Name);
            Assert.Equal("Well.", one.Text);
            Assert.Equal(ChatFinishReason.ToolCalls, one.FinishReason);
            Assert.NotNull(one.Usage);
            Assert.True(under.Engine.LastGeneration!.IsDisposed);
            Assert.Equal(2, under.Engine.LastGeneration.Taken);
        }
    }

    [Fact]
    public async Task ToolModeNone_DoesNotReadCalls()
    {
        const string call = "<tool_call>{\"name\":\"get_weather\"}</tool_call>";
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => FakeEngine.Segments(call) });
        Assert.Equal(call, (await under.AskAsync(true, new ChatOptions { Tools = [TestTools.Weather], ToolMode = ChatToolMode.None })).Text);
    }

    [Fact]
    public async Task Reasoning_ComesBeforeTextAndIsCounted()
    {
        var model = FakeEngine.Info(template: "{% if enable_thinking %}<think></think>{% endif %}");
        using var under = new ClientUnderTest(new FakeEngine { Model = model, Script = _ => FakeEngine.Segments("<think>", "hm", "</think>", "\n\n42") });
        var shown = await under.AskAsync(false);
        Assert.Equal("hm", Assert.IsType<TextReasoningContent>(shown.Messages[0].Contents[0]).Text);
        Assert.Equal("42", shown.Text);
        Assert.Equal(3, shown.Usage!.ReasoningTokenCount);
        var hidden = await under.AskAsync(true, new ChatOptions { Reasoning = new() { Output = ReasoningOutput.None } });
        Assert.Equal("42", Assert.IsType<TextContent>(Assert.Single(hidden.Messages[0].Contents)).Text);
    }

    [Fact]
    public async Task Disposed_Twice_IsHarmless_AndRefusesRequests()
    {
        using var under = new ClientUnderTest();
        await under.AskAsync(true);
        under.Client.Dispose();
        under.Client.Dispose();
        await under.Client.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => under.Client.GetStreamingResponseAsync(Hello));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => under.Client.GetResponseAsync(Hello));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => under.Client.LoadAsync());
        Assert.Equal(0, under.Engine.Disposals);
    }

    [Fact]
    public async Task GetService_AnswersByTheRules()
    {
        using var under = new ClientUnderTest();
        var client = under.Client;
        Assert.Throws<ArgumentNullException>(() => client.GetService(null!));
        Assert.Null(client.GetService(typeof(ChatClientMetadata), "key"));
        Assert.Null(client.GetService(typeof(string)));
        Assert.Same(client, ((IChatClient)client).GetService<IChatClient>());
        Assert.Same(client, client.GetService<SlerpChatClient>());
        var metadata = client.GetService<ChatClientMetadata>()!;
        Assert.Equal(("slerp", null, "fake-1b"), (metadata.ProviderName, metadata.ProviderUri, metadata.DefaultModelId));
        Assert.Null(client.GetService<ModelInfo>());
        Assert.Same(under.Engine.Model, await under.Client.LoadAsync());
        Assert.Same(under.Engine.Model, client.GetService<ModelInfo>());
    }

    [Fact]
    public async Task Log_NeverHoldsWhatWasSaid()
    {
        const string secret = "xyzzy";
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => FakeEngine.Segments(secret) });
        await under.AskAsync(true, [new ChatMessage(ChatRole.User, secret)], new ChatOptions { Instructions = secret, StopSequences = [secret] });
        Assert.NotEmpty(under.Logger.Entries);
        Assert.DoesNotContain(under.Logger.Entries, entry => entry.Text.Contains(secret, StringComparison.Ordinal));
    }
}
