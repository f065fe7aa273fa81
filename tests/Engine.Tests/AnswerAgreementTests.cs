using System.Text.Json;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>A merged answer read again unmerged: the count is right, nobody waits for it, and it leaves nothing behind.</summary>
public sealed class AnswerAgreementTests : IDisposable
{
    private const string Passage = "The river Ahr rises in Blankenheim, runs past vineyards for eighty-nine kilometres, and meets the Rhine near Sinzig.";

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;
    private FaultyBackend? _backend;

    public AnswerAgreementTests() => _path = new ToyCheckpoint { Layers = 4, Context = 512, Sharpness = 8 }.Save(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Greedy_EqualsTheCountOverAllRows()
    {
        await using var engine = await LoadAsync();
        using var harness = new DecoderHarness(Path.Combine(_path, "config.json"), Path.Combine(_path, "model.safetensors"));
        await using var generation = await engine.GenerateAsync(Merged());
        var tokens = await EndAsync(generation);
        var agreement = (await generation.CompareUnmergedAsync(default))!;
        int[] answer = [.. tokens];
        int[] prompt = PromptOf(engine);
        int[] all = [.. prompt, .. answer];
        var rows = harness.Read(harness.Open(), all, all.Length);
        var agreeing = Enumerable.Range(prompt.Length, answer.Length).Count(position => DecoderHarness.ArgMax(rows[position - 1]) == all[position]);
        Assert.Equal((answer.Length, agreeing, all.Length - 1), (agreement.Tokens, agreement.Agreeing, agreement.RowsRead));
        Assert.InRange(agreement.Share, 0.01, 0.99);
        Assert.True(agreement.Time > TimeSpan.Zero);
        await AssertPagesReturnedAsync(engine);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnswerThatMergingDidNotChange_AgreesWhole(bool samples)
    {
        await using var engine = await LoadAsync();
        SamplingMode sampling = samples ? new SamplingMode.Stochastic(0.9f, 40, 0.95f, 0, 11) : SamplingMode.Greedy.Instance;
        var request = Merged() with { Sampling = sampling, Penalties = samples ? new Penalties(0.4f, 0.2f, 1.1f) : Penalties.None };
        var vanilla = await engine.AnswerAsync(request with { Merging = MergingMode.None.Instance, Tenant = "vanilla", Gate = QualityGate.None });

        // Judged, and taken back before a word: the text is vanilla's, and told as merged all the same.
        await using var generation = await engine.GenerateAsync(request with { Gate = new QualityGate { HoldsSegments = true } });
        await generation.NextAsync(GenerationMode.Accelerated, default);
        await generation.RejectAsync(default);
        Assert.Equal(vanilla.Text, (await generation.ReadAsync()).Text);
        Assert.Equal(1, (await generation.CompareUnmergedAsync(default))!.Share);
    }

    [Fact]
    public async Task WhatCannotBeCompared_IsNot()
    {
        await using var engine = await LoadAsync();
        using var schema = JsonDocument.Parse("""{"type":"array","items":{"type":"integer"}}""");
        foreach (var request in (GenerationRequest[])[
            Merged() with { Merging = MergingMode.None.Instance },
            Merged() with { Output = new OutputForm.Json(schema.RootElement.Clone()) }])
        {
            await using var generation = await engine.GenerateAsync(request);
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await generation.CompareUnmergedAsync(default));
            await EndAsync(generation);
            Assert.Null(await generation.CompareUnmergedAsync(default));
        }
    }

    [Fact]
    public async Task Requests_GoFirst_AndTheCountIsTheSame()
    {
        await using var engine = await LoadAsync();
        await using var generation = await engine.GenerateAsync(Merged());
        await EndAsync(generation);
        var expected = await generation.CompareUnmergedAsync(default);

        // The reading stands still at its first pass until a request has come: it gives way, the request ends first, and it starts again.
        using var reached = new SemaphoreSlim(0);
        using var release = new ManualResetEventSlim();
        _backend!.Spoil = (call, _) =>
        {
            if (call == 0)
            {
                reached.Release();
                release.Wait(TestTimeouts.Limit);
            }

            return false;
        };
        var comparison = generation.CompareUnmergedAsync(default).AsTask();
        Assert.True(await reached.WaitAsync(TestTimeouts.Limit));
        var request = engine.AnswerAsync(EngineRequests.Raw("abc", 60, drafter: "vanilla"));
        release.Set();
        await request;
        Assert.Equal((expected!.Tokens, expected.Agreeing), ((await comparison)!.Tokens, (await comparison)!.Agreeing));
        _backend.Spoil = null;
        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task TooMany_AreLeftOut_AndADisposedEngineEndsThem()
    {
        var engine = await LoadAsync();
        await using var generation = await engine.GenerateAsync(Merged());
        await EndAsync(generation);
        using var reached = new SemaphoreSlim(0);
        using var release = new ManualResetEventSlim();
        _backend!.Spoil = (_, _) =>
        {
            reached.Release();
            release.Wait(TestTimeouts.Limit);
            return false;
        };

        // A request holds the engine: one more than may wait is refused.
        var held = engine.AnswerAsync(EngineRequests.Raw("abc", 60));
        Assert.True(await reached.WaitAsync(TestTimeouts.Limit));
        var comparisons = Enumerable.Range(0, 5).Select(_ => generation.CompareUnmergedAsync(default).AsTask()).ToList();
        Assert.Null(await comparisons[^1]);
        var disposal = engine.DisposeAsync();
        release.Set();
        await disposal;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => held);
        foreach (var comparison in comparisons[..4])
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => comparison);
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await generation.CompareUnmergedAsync(default));
    }

    [Fact]
    public async Task Cancelled_EndsWithTheCallersToken()
    {
        await using var engine = await LoadAsync();
        await using var generation = await engine.GenerateAsync(Merged());
        await EndAsync(generation);
        using var cancellation = new CancellationTokenSource();
        _backend!.Spoil = (_, _) =>
        {
            cancellation.Cancel();
            return false;
        };
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await generation.CompareUnmergedAsync(cancellation.Token));
        _backend.Spoil = null;
        Assert.Equal(cancellation.Token, failure.CancellationToken);
        await AssertPagesReturnedAsync(engine);
    }

    // The tokens of a toy answer are its bytes, told by the statistics of a judged run.
    private static async Task<List<int>> EndAsync(Generation generation)
    {
        var answer = await generation.ReadAsync(GenerationMode.Accelerated);
        return [.. answer.Segments.SelectMany(static segment => segment.Statistics.ToArray()).Select(static scored => scored.Token)];
    }

    private static GenerationRequest Merged() => EngineRequests.Raw("", 40, drafter: "vanilla") with
    {
        Prompt = Prompt(),
        Merging = new MergingMode.PromptOnly(new MergeCutoff.Layer(0), MergePairing.Blind.Instance, MergePositions.Mean, MergeVariant.PerRow),
        Gate = new QualityGate { HoldsSegments = true },
    };

    private static Prompt.Conversation Prompt() => new(
        [new ChatTurn { Role = ChatTurnRole.User, Parts = [new ChatPart(Passage, ChatPartKind.Passage), new ChatPart(" How long?")] }], [], new Dictionary<string, JsonElement>());

    private int[] PromptOf(SlerpEngine engine)
    {
        using var model = LoadedModel.Load(new EngineOptions { ModelPath = _path, Threads = 1, NotesFolder = "" }, null, TimeProvider.System, default);
        Assert.Equal(engine.Model.Name, model.Info.Name);
        return [.. model.Prompts.Encode(Prompt(), "").Ids];
    }

    private static async Task AssertPagesReturnedAsync(SlerpEngine engine)
    {
        await engine.AnswerAsync(EngineRequests.Raw("x", 1));
        await TestTimeouts.EventuallyAsync(() => engine.CachePages.Free == engine.CachePages.Total, "all pages are free");
    }

    private Task<SlerpEngine> LoadAsync() => SlerpEngine.LoadAsync(
        new EngineOptions { ModelPath = _path, Threads = 1, NotesFolder = "", WarmStart = false, DecorateBackend = backend => _backend = new FaultyBackend(backend) });
}
