using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Slerp.Connector.Telemetry;
using Slerp.Connector.Tests.Doubles;
using Slerp.Engine;
using Slerp.Tests.Shared;

namespace Slerp.Connector.Tests.Resilience;

/// <summary>One pipeline execution a request: what falls back, what counts, what the circuit does, and what is told.</summary>
public sealed class DecodingPolicyTests
{
    private static readonly string[] Words = ["one ", "two ", "three ", "four ", "five"];

    [Fact]
    public async Task Ungated_TakesTheStraightPath()
    {
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => FakeEngine.Segments(Words) });
        Assert.Equal(string.Concat(Words), (await under.AskAsync(true)).Text);
        Assert.All(under.Engine.LastGeneration!.Modes, mode => Assert.Equal(GenerationMode.Vanilla, mode));
        Assert.False(under.Engine.LastRequest.Gate.HoldsSegments);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NothingFails_NothingIsTold(bool streaming)
    {
        using var under = Judged(Words);
        var response = await under.AskAsync(streaming);
        Assert.Equal(string.Concat(Words), response.Text);
        Assert.Equal(0, response.GetSlerpStatistics()!.Fallbacks);
        Assert.All(under.Engine.LastGeneration!.Modes, mode => Assert.Equal(GenerationMode.Accelerated, mode));
        Assert.True(under.Engine.LastGeneration.IsDisposed);
    }

    [Fact]
    public async Task AnySegmentThatFails_GoesOnVanillaWithoutTakingBackAWord()
    {
        for (var bad = 0; bad < Words.Length; bad++)
        {
            foreach (var (spoil, reason) in Spoils())
            {
                using var metrics = new FallbackMetrics();
                using var under = Judged(Words, bad, spoil, metrics.ModelId);
                var updates = await under.UpdatesAsync();
                var shown = updates.Select(update => update.Text).Where(text => text.Length > 0).ToList();
                Assert.Equal([.. Words[..bad], "VANILLA"], shown);
                var response = updates.ToChatResponse();
                Assert.Equal(1, response.GetSlerpStatistics()!.Fallbacks);
                Assert.Equal(reason, response.AdditionalProperties![SlerpProperties.FallbackReason]);
                Assert.Equal(1, under.Engine.LastGeneration!.Rejections);
                Assert.Equal(reason, Assert.Single(metrics.Reasons));
                Assert.Contains(under.Logger.Warnings, text => text.Contains("vanilla", StringComparison.Ordinal) && text.Contains(reason, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task PromptThatFails_IsToldAsSuch_AndNothingOfItIsShown()
    {
        using var metrics = new FallbackMetrics();
        using var under = Under(Verdict.Failed("drill") with { Check = "drill", Scope = QualityScope.Prompt }, metrics.ModelId);
        var updates = await under.UpdatesAsync();
        Assert.Equal("VANILLA", updates[0].Text);
        var response = updates.ToChatResponse();
        Assert.Equal(("quality", "prefill", "drill"), (
            response.AdditionalProperties![SlerpProperties.FallbackReason], response.AdditionalProperties[SlerpProperties.FallbackStage], response.AdditionalProperties[SlerpProperties.FallbackCheck]));
        Assert.Equal((1, "quality"), (under.Engine.LastGeneration!.Rejections, Assert.Single(metrics.Reasons)));
    }

    [Fact]
    public async Task PromptThatPasses_IsNoUpdate_AndToldWithTheFirstWords()
    {
        using var under = Under(Verdict.Passed with { Check = "drill", Scope = QualityScope.Prompt, Score = 0.5 }, "prompt");
        var updates = await under.UpdatesAsync();
        Assert.Equal(Words, updates.Select(static update => update.Text).Where(static text => text.Length > 0));
        Assert.Equal("one ", updates[0].Text);
        Assert.Equal(["drill"], ((Segment)updates[0].RawRepresentation!).Verdicts.Select(static verdict => verdict.Check));
        Assert.Empty(((Segment)updates[1].RawRepresentation!).Verdicts);
        Assert.Equal(0, updates.ToChatResponse().GetSlerpStatistics()!.Fallbacks);
    }

    [Fact]
    public async Task VerdictOnTheWholeAnswer_IsOnlyReported()
    {
        var verdict = new Verdict { Check = "late", Kind = VerdictKind.Failed, Scope = QualityScope.Answer };
        using var under = Judged(Words, Words.Length - 1, segment => segment with { Verdicts = [verdict] });
        var response = await under.AskAsync(true);
        Assert.Equal(string.Concat(Words), response.Text);
        Assert.Equal(0, response.GetSlerpStatistics()!.Fallbacks);
        Assert.Equal(1, response.Usage!.AdditionalCounts![SlerpProperties.FailedChecks]);
    }

    [Fact]
    public async Task Circuit_OpensStaysOpenProbesAndCloses()
    {
        var clock = new ManualClock();
        var isBad = true;
        using var metrics = new FallbackMetrics();
        var engine = new FakeEngine { Script = request => request.Gate.HoldsSegments ? Script(Words, isBad ? 0 : -1, Fail) : FakeEngine.Segments("VANILLA"), VanillaScript = FakeEngine.Segments("VANILLA") };
        using var under = new ClientUnderTest(engine, options => Configure(options, metrics.ModelId), clock);
        for (var request = 0; request < 4; request++)
        {
            Assert.Equal("quality", await ReasonAsync(under));
        }

        // Open: straight to vanilla, with nothing lossy asked of the engine.
        Assert.Equal(2, metrics.CircuitState());
        Assert.Equal("circuit_open", await ReasonAsync(under));
        Assert.False(engine.LastRequest.Gate.HoldsSegments);
        Assert.Equal(LogLevel.Information, Assert.Single(under.Logger.Entries, static entry => entry.Text.Contains("circuit", StringComparison.Ordinal)).Level);
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("circuit_open", await ReasonAsync(under));

        // Half-open: one probes, another meanwhile does not; a bad probe opens it again.
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("quality", await ReasonAsync(under));
        Assert.Equal("circuit_open", await ReasonAsync(under));

        clock.Advance(TimeSpan.FromSeconds(61));
        isBad = false;
        Assert.Null(await ReasonAsync(under));
        Assert.Equal(0, metrics.CircuitState());
        Assert.Null(await ReasonAsync(under));
    }

    [Fact]
    public async Task HalfOpenCircuit_LetsOneRequestProbe()
    {
        var clock = new ManualClock();
        using var release = new SemaphoreSlim(0);
        var probes = false;
        var engine = new FakeEngine
        {
            Script = request => request.Gate.HoldsSegments ? Script(Words, probes ? -1 : 0, Fail) : FakeEngine.Segments("VANILLA"),
            VanillaScript = FakeEngine.Segments("VANILLA"),
        };
        using var under = new ClientUnderTest(engine, options => Configure(options, "probe"), clock);
        for (var request = 0; request < 4; request++)
        {
            await under.AskAsync(true);
        }

        clock.Advance(TimeSpan.FromSeconds(61));
        probes = true;
        engine.Hold = release;
        var probe = under.AskAsync(true);
        await TestTimeouts.EventuallyAsync(() => engine.LastRequest.Gate.HoldsSegments && engine.LastGeneration is { Taken: 0 }, "the probe runs");
        engine.Hold = null;
        Assert.Equal("circuit_open", await ReasonAsync(under));
        release.Release(100);
        Assert.Equal(string.Concat(Words), (await probe).Text);
        Assert.Null(await ReasonAsync(under));
    }

    [Fact]
    public async Task CallersCancellation_IsNobodysFault()
    {
        // The third segment never comes.
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => [new Segment("one ", 1, null), null] }, options => Configure(options, "cancelled"));
        for (var request = 0; request < 8; request++)
        {
            using var cancellation = new CancellationTokenSource();
            var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var update in under.Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")], null, cancellation.Token))
                {
                    Assert.Equal("one ", update.Text);
                    await cancellation.CancelAsync();
                }
            });
            Assert.Equal(cancellation.Token, failure.CancellationToken);
            Assert.True(under.Engine.LastRequest.Gate.HoldsSegments, "the circuit stays closed");
            Assert.True(under.Engine.LastGeneration!.IsDisposed);
        }
    }

    [Fact]
    public async Task CancelledDuringTheFallback_EndsWithTheCallersToken()
    {
        using var under = new ClientUnderTest(
            new FakeEngine { Script = _ => Script(Words, 1, Fail), VanillaScript = [new Segment("VAN", 1, null), null] }, options => Configure(options, "cancelled"));
        using var cancellation = new CancellationTokenSource();
        var shown = "";
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in under.Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")], null, cancellation.Token))
            {
                shown += update.Text;
                if (shown.EndsWith("VAN", StringComparison.Ordinal))
                {
                    await cancellation.CancelAsync();
                }
            }
        });
        Assert.Equal((cancellation.Token, "one VAN"), (failure.CancellationToken, shown));
        Assert.True(under.Engine.LastGeneration!.IsDisposed);
    }

    [Fact]
    public async Task ReaderThatLeaves_EndsTheWork()
    {
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => [new Segment("one ", 1, null), null] }, options => Configure(options, "left"));
        await foreach (var update in under.Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")]))
        {
            Assert.Equal("one ", update.Text);
            break;
        }

        Assert.True(under.Engine.LastGeneration!.IsDisposed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task ToolCallAcrossTheFallback_IsParsedOnce(int bad)
    {
        // The call is cut by segments, one of which is taken back: what vanilla goes on with completes it.
        string[] call = ["<tool_call>\n", "{\"name\": \"look\", ", "\"arguments\": {\"at\": ", "\"bad\"}}\n</tool_call>"];
        string[] good = ["<tool_call>\n", "{\"name\": \"look\", ", "\"arguments\": {\"at\": ", "\"good\"}}\n</tool_call>"];
        using var under = new ClientUnderTest(
            new FakeEngine { Script = _ => Script(call, bad, Fail), VanillaScript = FakeEngine.Segments(good[bad..]) }, options => Configure(options, "tools"));
        var tool = AIFunctionFactory.CreateDeclaration("look", "looks", System.Text.Json.JsonDocument.Parse("""{"type":"object","properties":{"at":{"type":"string"}}}""").RootElement);
        var response = await under.AskAsync(true, new ChatOptions { Tools = [tool] });
        var made = Assert.Single(response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>());
        Assert.Equal(("look", "good"), (made.Name, made.Arguments!["at"]!.ToString()));
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        Assert.Equal(1, response.GetSlerpStatistics()!.Fallbacks);
    }

    [Fact]
    public async Task HalfOpenCircuit_OfTwoAtOnce_OneProbes()
    {
        var clock = new ManualClock();
        using var release = new SemaphoreSlim(0);
        var isBad = true;
        var engine = new FakeEngine
        {
            Script = request => request.Gate.HoldsSegments ? Script(Words, isBad ? 0 : -1, Fail) : FakeEngine.Segments("VANILLA"),
            VanillaScript = FakeEngine.Segments("VANILLA"),
        };
        using var under = new ClientUnderTest(engine, options => Configure(options, "two"), clock);
        for (var request = 0; request < 4; request++)
        {
            await under.AskAsync(true);
        }

        clock.Advance(TimeSpan.FromSeconds(61));
        isBad = false;
        var before = engine.Requests.Count;
        engine.Hold = release;
        var both = new[] { under.AskAsync(true), under.AskAsync(false) };
        await TestTimeouts.EventuallyAsync(() => engine.Requests.Count == before + 2, "both are begun");
        release.Release(100);
        var texts = (await Task.WhenAll(both)).Select(response => response.Text).Order(StringComparer.Ordinal);
        Assert.Equal(["VANILLA", string.Concat(Words)], texts);
        Assert.Single(engine.Requests.Skip(before), request => request.Gate.HoldsSegments);
    }

    [Fact]
    public async Task CallersToken_EndsASegmentThatNeverComes()
    {
        using var under = new ClientUnderTest(new FakeEngine { Script = _ => [new Segment("one ", 1, null), null] }, options => Configure(options, "limit"));
        using var cancellation = new CancellationTokenSource();
        var updates = under.Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")], null, cancellation.Token).GetAsyncEnumerator(default);
        Assert.True(await updates.MoveNextAsync());
        await cancellation.CancelAsync();
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await updates.MoveNextAsync());
        await updates.DisposeAsync();
        Assert.Equal(cancellation.Token, failure.CancellationToken);
        Assert.Equal(0, under.Engine.LastGeneration!.Rejections);
    }

    [Fact]
    public async Task RequestTheEngineRefuses_IsNotRetriedVanilla()
    {
        using var under = new ClientUnderTest(new FakeEngine { Refusal = _ => new ContextLengthException(10, 5) }, options => Configure(options, "refused"));
        await Assert.ThrowsAsync<ContextLengthException>(() => under.AskAsync(true));
        Assert.Single(under.Engine.Requests);
    }

    [Fact]
    public async Task RequestThatMergesNothing_NeitherClosesNorDilutesTheCircuit()
    {
        var isEmpty = true;
        var clock = new ManualClock();
        using var metrics = new FallbackMetrics();
        var engine = new FakeEngine
        {
            Script = request => request.Merging is MergingMode.None || isEmpty ? FakeEngine.Segments("VANILLA") : Script(Words, 0, Fail),
            VanillaScript = FakeEngine.Segments("VANILLA"),
            MergesNothing = _ => isEmpty,
        };
        using var under = new ClientUnderTest(
            engine, options => (options.ModelId, options.Defaults.Merging.Mode) = (metrics.ModelId, SlerpMergingMode.Prompt), clock);

        // As many as would keep the share of failures below a half.
        for (var request = 0; request < 6; request++)
        {
            Assert.Null(await ReasonAsync(under));
            Assert.Equal(0, under.Engine.LastGeneration!.Rejections);
        }

        isEmpty = false;
        for (var request = 0; request < 4; request++)
        {
            Assert.Equal("quality", await ReasonAsync(under));
        }

        Assert.Equal(2, metrics.CircuitState());
        clock.Advance(TimeSpan.FromSeconds(61));
        isEmpty = true;
        Assert.Null(await ReasonAsync(under));
        Assert.Equal(2, metrics.CircuitState());
        Assert.Equal("circuit_open", await ReasonAsync(under));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HalfOpenCircuit_IsNotClosedByARefusalOrACancellation(bool isRefused)
    {
        var clock = new ManualClock();
        using var metrics = new FallbackMetrics();
        using var cancellation = new CancellationTokenSource();
        var isProbing = false;
        var engine = new FakeEngine
        {
            Script = request => isProbing && request.Gate.HoldsSegments ? [new Segment("one ", 1, null), null] : Script(Words, 0, Fail),
            VanillaScript = FakeEngine.Segments("VANILLA"),
            Refusal = _ => isProbing && isRefused ? new ContextLengthException(10, 5) : null,
        };
        using var under = new ClientUnderTest(engine, options => Configure(options, metrics.ModelId), clock);
        for (var request = 0; request < 4; request++)
        {
            Assert.Equal("quality", await ReasonAsync(under));
        }

        clock.Advance(TimeSpan.FromSeconds(61));
        isProbing = true;
        async Task ProbeAsync()
        {
            await foreach (var _ in under.Client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Hi")], null, cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        }

        if (isRefused)
        {
            await Assert.ThrowsAsync<ContextLengthException>(ProbeAsync);
        }
        else
        {
            Assert.Equal(cancellation.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(ProbeAsync)).CancellationToken);
        }

        Assert.Equal(2, metrics.CircuitState());
    }

    private static async Task<string?> ReasonAsync(ClientUnderTest under)
    {
        var response = await under.AskAsync(true);
        return response.AdditionalProperties!.TryGetValue(SlerpProperties.FallbackReason, out var reason) ? (string?)reason : null;
    }

    private static ClientUnderTest Judged(string[] words, int bad = -1, Func<Segment, Segment>? spoil = null, string modelId = "judged") =>
        new(new FakeEngine { Script = _ => Script(words, bad, spoil ?? Fail), VanillaScript = FakeEngine.Segments("VANILLA") }, options => Configure(options, modelId));

    // A prompt that is judged, then the words.
    private static ClientUnderTest Under(Verdict ofPrompt, string modelId) => new(
        new FakeEngine { Script = _ => [new Segment("", 0, null) { Verdicts = [ofPrompt] }, .. FakeEngine.Segments(Words)], VanillaScript = FakeEngine.Segments("VANILLA") },
        options => Configure(options, modelId));

    private static void Configure(SlerpChatClientOptions options, string modelId)
    {
        options.ModelId = modelId;
        options.Quality.Gate = GateUse.Always;
    }

    private static IReadOnlyList<Segment?> Script(string[] words, int bad, Func<Segment, Segment> spoil) =>
        [.. FakeEngine.Segments(words).Select((segment, index) => index == bad ? spoil(segment!) : segment)];

    private static Segment Fail(Segment segment) => segment with { Verdicts = [Verdict.Passed, Verdict.Failed("drill") with { Check = "drill" }] };

    private static IEnumerable<(Func<Segment, Segment> Spoil, string Reason)> Spoils() =>
    [
        (Fail, "quality"),
        (segment => segment with { Verdicts = [new Verdict { Kind = VerdictKind.TimedOut, Check = "drill" }] }, "timeout"),
        (segment => segment with { Verdicts = [new Verdict { Kind = VerdictKind.Threw, Check = "drill" }] }, "check_error"),
        (segment => segment with { Verdicts = [Verdict.Failed("drill") with { Check = "non-finite" }] }, "non_finite"),
        (_ => new Segment("", 0, null) { Fault = new StrategyFault(FaultStage.Decode, new NumericalException("drill")) }, "non_finite"),
        (_ => new Segment("", 0, null) { Fault = new StrategyFault(FaultStage.Prefill, new StepException("drill", new InvalidOperationException())) }, "error"),
    ];

    /// <summary>What the meter says of one model.</summary>
    private sealed class FallbackMetrics : IDisposable
    {
        private readonly MeasurementLog _log = new();

        public string ModelId { get; } = Guid.NewGuid().ToString();

        public IReadOnlyCollection<string> Reasons => [.. _log.Of(ModelId)[SlerpTelemetry.Fallbacks].Select(static told => (string)told.Tags[SlerpTelemetry.FallbackReasonTag]!)];

        public int CircuitState()
        {
            _log.Observe();
            return (int)(_log.Of(ModelId)[SlerpTelemetry.CircuitState].LastOrDefault()?.Value ?? -1);
        }

        public void Dispose() => _log.Dispose();
    }
}
