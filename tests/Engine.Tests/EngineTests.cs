using System.Text.Json.Nodes;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>The whole engine on a toy checkpoint: many at once, cancelled, refused, disposed.</summary>
public sealed class EngineTests : IDisposable
{
    private static readonly string[] Prompts = [.. Enumerable.Range(0, 16).Select(index => new string((char)('a' + index), 3 + (index * 5)) + " and then")];

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public static TheoryData<SamplingMode> Samplings => [SamplingMode.Greedy.Instance, new SamplingMode.Stochastic(0.9f, 40, 0.95f, 0, Seed: 77)];

    public EngineTests() => _path = new ToyCheckpoint().Save(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Samplings))]
    public async Task Concurrent_GivesTheSameTextAsAlone(SamplingMode sampling)
    {
        await using var engine = await LoadAsync();
        var alone = new List<string>();
        foreach (var prompt in Prompts)
        {
            alone.Add((await engine.AnswerAsync(EngineRequests.Raw(prompt, 40, sampling))).Text);
        }

        var together = await Task.WhenAll(Prompts.Select(prompt => engine.AnswerAsync(EngineRequests.Raw(prompt, 40, sampling))));
        Assert.Equal(alone, together.Select(answer => answer.Text));
        Assert.True(alone.Distinct().Count() > 8, "the toy model should say different things");
        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task Cancelled_AtEveryStep_LeavesTheOthersUnchangedAndReturnsItsPages()
    {
        await using var engine = await LoadAsync();
        const int Tokens = 12;
        var expected = await Task.WhenAll(Prompts[..4].Select(prompt => engine.AnswerAsync(EngineRequests.Raw(prompt, Tokens))));
        for (var step = 0; step <= Tokens; step++)
        {
            using var cancellation = new CancellationTokenSource();
            var others = Prompts[..4].Select(prompt => engine.AnswerAsync(EngineRequests.Raw(prompt, Tokens))).ToList();
            var victim = ReadThenCancelAsync(engine, step, cancellation);
            Assert.Equal(expected.Select(answer => answer.Text), (await Task.WhenAll(others)).Select(answer => answer.Text));
            var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => victim);
            Assert.Equal(cancellation.Token, failure.CancellationToken);
        }

        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task FewPages_PreemptionDoesNotChangeATextAndEveryoneEnds()
    {
        await using var roomy = await LoadAsync();
        var expected = await Task.WhenAll(Prompts.Select(prompt => roomy.AnswerAsync(EngineRequests.Raw(prompt, 120))));
        // Six pages a layer: three sequences of two pages at a time.
        var page = 64L * 2 * 2 * 8 * 4;
        await using var tight = await LoadAsync(options => options with { KvCacheBytes = page * 2 * 6 });
        var actual = await Task.WhenAll(Prompts.Select(prompt => tight.AnswerAsync(EngineRequests.Raw(prompt, 120))));
        Assert.Equal(expected.Select(answer => answer.Text), actual.Select(answer => answer.Text));
        await AssertPagesReturnedAsync(tight);
    }

    [Fact]
    public async Task PromptLongerThanTheContext_IsRefusedWithBothNumbers()
    {
        await using var engine = await LoadAsync();
        var failure = await Assert.ThrowsAsync<ContextLengthException>(async () => await engine.GenerateAsync(EngineRequests.Raw(new string('x', 300))));
        Assert.Equal((300, 256), (failure.PromptTokens, failure.ContextTokens));
        Assert.Contains("300", failure.Message, StringComparison.Ordinal);
        Assert.Contains("256", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StopTextBeyondTheLimit_IsRefusedWithWhatToDo()
    {
        await using var engine = await LoadAsync();
        var failure = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await engine.GenerateAsync(EngineRequests.Raw("once") with { StopSequences = [new string('s', 1025)] }));
        Assert.Contains("1025 characters", failure.Message, StringComparison.Ordinal);
        Assert.Contains("at most 1024 characters each; shorten it", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnswerThatReachesTheEndOfTheContext_EndsWithLength()
    {
        await using var engine = await LoadAsync();
        var answer = await engine.AnswerAsync(EngineRequests.Raw(new string('x', 250), maxTokens: 1000));
        Assert.Equal(FinishReason.Length, answer.Finish);
        Assert.Equal(6, answer.Stats.OutputTokens);
    }

    [Fact]
    public async Task StopSequence_IsNotShownNorItsBeginning()
    {
        await using var engine = await LoadAsync();
        var whole = (await engine.AnswerAsync(EngineRequests.Raw("once", 60))).Text;
        for (var start = 1; start + 3 < Math.Min(whole.Length, 30); start++)
        {
            var stop = whole.Substring(start, 3);
            var answer = await engine.AnswerAsync(EngineRequests.Raw("once", 60) with { StopSequences = [stop, "", "never-said"] });
            Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], answer.Text);
            Assert.Equal(FinishReason.StopSequence, answer.Finish);
        }
    }

    [Fact]
    public async Task FullQueue_IsRefused_AndTheQueuedAreServed()
    {
        using var open = new ManualResetEventSlim();
        FaultyBackend? backend = null;
        await using var engine = await LoadAsync(
            options => options with { MaxConcurrentRequests = 1, QueueLimit = 2, DecorateBackend = inner => backend = new FaultyBackend(inner) });

        // Held while they come: on a busy machine one could be done before the next is there.
        backend!.Strike = _ => !open.Wait(TestTimeouts.Limit);
        var accepted = new List<Task<EngineRequests.Answer>>();
        for (var index = 0; index < 3; index++)
        {
            accepted.Add(DrainAsync(await engine.GenerateAsync(EngineRequests.Raw("hello", 240))));
        }

        for (var index = 0; index < 37; index++)
        {
            Assert.True((await Assert.ThrowsAsync<CapacityException>(async () => await engine.GenerateAsync(EngineRequests.Raw("hello", 240)))).IsTransient);
        }

        open.Set();
        var texts = (await Task.WhenAll(accepted)).Select(answer => answer.Text).Distinct();
        Assert.Single(texts);
    }

    [Fact]
    public async Task Disposed_WhileRequestsRun_EndsThemWithATypedError()
    {
        var engine = await LoadAsync();
        var running = Enumerable.Range(0, 8).Select(_ => engine.AnswerAsync(EngineRequests.Raw("hello", 200))).ToList();
        await engine.DisposeAsync();
        await engine.DisposeAsync();
        foreach (var task in running)
        {
            await Task.WhenAny(task);
            Assert.True(task.IsCompletedSuccessfully || task.Exception!.InnerException is ObjectDisposedException);
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await engine.GenerateAsync(EngineRequests.Raw("hello")));
    }

    [Fact]
    public async Task RopeThatStretchesWithTheLength_PrefixCacheDoesNotChangeTheText()
    {
        var config = Path.Combine(_path, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).TrimEnd('}') + ", \"rope_scaling\": {\"rope_type\": \"dynamic\", \"factor\": 4.0, \"original_max_position_embeddings\": 64}}");
        await using var cached = await LoadAsync();
        await using var plain = await LoadAsync(options => options with { CachedPrefixes = 0 });
        var first = EngineRequests.Raw(Prompts[15], 40);
        var second = EngineRequests.Raw(Prompts[15] + " the quick brown fox jumps over the lazy dog, and over again", 60, new SamplingMode.Stochastic(1.5f, 0, 1, 0, 5));
        await cached.AnswerAsync(first);
        Assert.Equal((await plain.AnswerAsync(second)).Text, (await cached.AnswerAsync(second)).Text);
    }

    [Fact]
    public async Task OutOfRangeValues_AreRefusedByName()
    {
        await using var engine = await LoadAsync();
        var request = EngineRequests.Raw("hello");
        foreach (var (bad, name) in new (GenerationRequest, string)[]
        {
            (request with { MaxOutputTokens = 0 }, nameof(GenerationRequest.MaxOutputTokens)),
            (request with { Sampling = new SamplingMode.Stochastic(float.NaN, 0, 1, 0, 1) }, "Temperature"),
            (request with { Sampling = new SamplingMode.Stochastic(1, -1, 1, 0, 1) }, "TopK"),
            (request with { Sampling = new SamplingMode.Stochastic(1, 0, 0, 0, 1) }, "TopP"),
            (request with { Sampling = new SamplingMode.Stochastic(1, 0, 1, 1, 1) }, "MinP"),
            (request with { Penalties = new Penalties(Repetition: 0) }, "Repetition"),
            (request with { Tenant = new string('t', 129) }, "Tenant"),
        })
        {
            var failure = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await engine.GenerateAsync(bad));
            Assert.Equal(name, failure.ParamName);
        }

        Assert.NotEmpty((await engine.AnswerAsync(request)).Text);
    }

    [Fact]
    public async Task RawPrompt_IsContinuedWithItsSpaces()
    {
        // As SentencePiece's decoders do: a space at the start of a text is taken for the one the encoder put there.
        var file = Path.Combine(_path, "tokenizer.json");
        var tokenizer = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        tokenizer["decoder"] = JsonNode.Parse("""
            {"type": "Sequence", "decoders": [
                {"type": "Replace", "pattern": {"String": "Ġ"}, "content": " "}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
            """);
        File.WriteAllText(file, tokenizer.ToJsonString());
        await using var engine = await LoadAsync();
        // So hot that every byte is as likely as any other: sooner or later the answer is one space.
        for (var seed = 0; seed < 3000; seed++)
        {
            if ((await engine.AnswerAsync(EngineRequests.Raw("hello", 1, new SamplingMode.Stochastic(1000, 0, 1, 0, seed)))).Text == " ")
            {
                return;
            }
        }

        Assert.Fail("No answer was a space.");
    }

    [Fact]
    public async Task NonFiniteWeight_IsRefusedWithItsPlace_AndUnusedTensorsAreNamed()
    {
        var file = Path.Combine(_path, "model.safetensors");
        var bytes = File.ReadAllBytes(file);
        await using (var engine = await LoadAsync())
        {
            Assert.Empty(engine.Model.UnusedTensors);
        }

        BitConverter.TryWriteBytes(bytes.AsSpan(^4), float.NaN);
        File.WriteAllBytes(file, bytes);
        var refusal = await Assert.ThrowsAsync<CheckpointException>(() => LoadAsync());
        Assert.Equal(file, refusal.File);
        Assert.Contains("NaN", refusal.Message, StringComparison.Ordinal);
        var config = Path.Combine(_path, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"num_hidden_layers\":2", "\"num_hidden_layers\":1", StringComparison.Ordinal));
        BitConverter.TryWriteBytes(bytes.AsSpan(^4), 1f);
        File.WriteAllBytes(file, bytes);
        await using var shallow = await LoadAsync();
        Assert.Contains("model.layers.1.mlp.down_proj.weight", shallow.Model.UnusedTensors);
    }

    [Fact]
    public async Task EmptyPrompt_IsContinued()
    {
        await using var engine = await LoadAsync();
        Assert.Equal(5, (await engine.AnswerAsync(EngineRequests.Raw("", 5))).Stats.OutputTokens);
    }

    [Fact]
    public async Task Penalties_ChangeTheTextAndCountOnlyWhatWasWritten()
    {
        await using var engine = await LoadAsync();
        var penalised = EngineRequests.Raw("hello", 40) with { Penalties = new Penalties(Frequency: 100) };
        var answer = await engine.AnswerAsync(penalised);
        // A hundred logits a repetition: no byte comes twice, so no character does.
        Assert.Equal(40, answer.Stats.OutputTokens);
        Assert.NotEqual((await engine.AnswerAsync(EngineRequests.Raw("hello", 40))).Text, answer.Text);
    }

    [Fact]
    public async Task CountTokens_IsTheLengthOfTheText_InWhichNoControlTokenIsSeen()
    {
        await using var engine = await LoadAsync();
        Assert.Equal(5, engine.CountTokens("hello"));
        Assert.Equal("<s>".Length, engine.CountTokens("<s>"));
        Assert.Equal(0, engine.CountTokens(""));
    }

    private static async Task<EngineRequests.Answer> DrainAsync(Generation generation)
    {
        await using (generation)
        {
            return await generation.ReadAsync();
        }
    }

    private static async Task ReadThenCancelAsync(SlerpEngine engine, int step, CancellationTokenSource cancellation)
    {
        await using var generation = await engine.GenerateAsync(EngineRequests.Raw("the victim", 200), cancellation.Token);
        for (var read = 0; read < step; read++)
        {
            await generation.NextAsync(GenerationMode.Vanilla, cancellation.Token);
        }

        await cancellation.CancelAsync();
        await generation.NextAsync(GenerationMode.Vanilla, cancellation.Token);
    }

    private static async Task AssertPagesReturnedAsync(SlerpEngine engine)
    {
        // The engine drops what has ended at its next turn: one more request makes sure it took it.
        await engine.AnswerAsync(EngineRequests.Raw("x", 1));
        await TestTimeouts.EventuallyAsync(() => engine.CachePages.Free == engine.CachePages.Total, "all pages are free");
    }

    private Task<SlerpEngine> LoadAsync(Func<EngineOptions, EngineOptions>? change = null)
    {
        var options = new EngineOptions { ModelPath = _path, Threads = TestThreads.Two };
        return SlerpEngine.LoadAsync(change?.Invoke(options) ?? options);
    }
}
