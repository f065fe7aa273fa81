using Slerp.Engine.Steps;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>Texts to vectors on a toy checkpoint, whose tokens are the bytes of the text.</summary>
public sealed class EmbeddingTests : IDisposable
{
    private static readonly string[] Texts = [.. Enumerable.Range(0, 40).Select(index => string.Concat(Enumerable.Repeat($"text {index} ", 1 + (index * 7 % 19))))];

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public EmbeddingTests() => _path = new ToyCheckpoint().Save(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Last)]
    public async Task Vector_IsThePooledHiddenStatesNormalised(Pooling pooling)
    {
        const string Text = "the quick brown fox jumps over the lazy dog, twice at least";
        var hidden = HiddenStates(Text);
        var pooled = pooling == Pooling.Last
            ? hidden[^1].Select(value => (double)value).ToArray()
            : [.. Enumerable.Range(0, hidden[0].Length).Select(column => hidden.Sum(row => (double)row[column]) / hidden.Length)];
        var length = Math.Sqrt(pooled.Sum(value => value * value));
        await using var engine = await LoadAsync();
        var result = await engine.EmbedAsync(new EmbeddingRequest { Texts = [Text], Pooling = pooling });
        Assert.Equal(Text.Length, result.InputTokens);
        var vector = Assert.Single(result.Vectors);
        Assert.Equal(engine.Model.Width, vector.Length);
        for (var column = 0; column < pooled.Length; column++)
        {
            Assert.Equal(pooled[column] / length, vector.Span[column], 6);
        }
    }

    [Theory]
    [InlineData(Pooling.Mean, 512)]
    [InlineData(Pooling.Last, 512)]
    [InlineData(Pooling.Mean, 7)]
    [InlineData(Pooling.Last, 1)]
    public async Task Batched_BesideAnswersAndInChunks_EqualsAlone_BitForBit(Pooling pooling, int chunk)
    {
        await using var engine = await LoadAsync();
        var alone = new List<ReadOnlyMemory<float>>();
        foreach (var text in Texts)
        {
            alone.AddRange((await engine.EmbedAsync(new EmbeddingRequest { Texts = [text], Pooling = pooling })).Vectors);
        }

        await using var chunked = await LoadAsync(options => options with { PrefillChunkTokens = chunk });
        var expected = (await chunked.AnswerAsync(EngineRequests.Raw("beside", 60))).Text;
        var answers = Enumerable.Range(0, 4).Select(_ => chunked.AnswerAsync(EngineRequests.Raw("beside", 60))).ToArray();
        var together = await chunked.EmbedAsync(new EmbeddingRequest { Texts = Texts, Pooling = pooling });
        Assert.Equal(alone.Select(vector => vector.ToArray()), together.Vectors.Select(vector => vector.ToArray()));
        Assert.Equal(Texts.Sum(text => text.Length), together.InputTokens);
        Assert.All(await Task.WhenAll(answers), answer => Assert.Equal(expected, answer.Text));
        await AssertPagesReturnedAsync(chunked);
    }

    [Fact]
    public async Task FewPages_DoNotChangeAVector()
    {
        await using var roomy = await LoadAsync();
        var expected = await roomy.EmbedAsync(new EmbeddingRequest { Texts = Texts });
        // Six pages a layer of 64 rows, and a text of many chunks that may lose its pages to answers that grow.
        await using var tight = await LoadAsync(options => options with { KvCacheBytes = 64L * 2 * 2 * 8 * 4 * 2 * 6, PrefillChunkTokens = 16 });
        var answers = Enumerable.Range(0, 4).Select(_ => tight.AnswerAsync(EngineRequests.Raw("beside", 120))).ToArray();
        var actual = await tight.EmbedAsync(new EmbeddingRequest { Texts = Texts });
        Assert.Equal(expected.Vectors.Select(vector => vector.ToArray()), actual.Vectors.Select(vector => vector.ToArray()));
        await Task.WhenAll(answers);
    }

    [Fact]
    public async Task TextLongerThanTheContext_IsRefusedBeforeAnyIsRead()
    {
        await using var engine = await LoadAsync();
        var failure = await Assert.ThrowsAsync<ContextLengthException>(() => engine.EmbedAsync(new EmbeddingRequest { Texts = ["short", new string('x', 300)] }));
        Assert.Equal((300, 256), (failure.PromptTokens, failure.ContextTokens));
        await Assert.ThrowsAsync<ArgumentNullException>(() => engine.EmbedAsync(new EmbeddingRequest { Texts = [null!] }));
        Assert.Empty((await engine.EmbedAsync(new EmbeddingRequest { Texts = [] })).Vectors);
        Assert.Single((await engine.EmbedAsync(new EmbeddingRequest { Texts = [""] })).Vectors);
    }

    [Fact]
    public async Task Cancelled_EndsWithTheCallersTokenAndReturnsItsPages()
    {
        await using var engine = await LoadAsync();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            using var cancellation = new CancellationTokenSource();
            var embedding = engine.EmbedAsync(new EmbeddingRequest { Texts = [.. Enumerable.Repeat(new string('y', 250), 500)] }, cancellation.Token);
            await engine.AnswerAsync(EngineRequests.Raw("x", 1));
            await cancellation.CancelAsync();
            var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => embedding);
            Assert.Equal(cancellation.Token, failure.CancellationToken);
        }

        await AssertPagesReturnedAsync(engine);
    }

    [Fact]
    public async Task Disposed_WhileTextsAreRead_IsTold()
    {
        var engine = await LoadAsync();
        var embedding = engine.EmbedAsync(new EmbeddingRequest { Texts = [.. Enumerable.Repeat(new string('y', 250), 500)] });
        await engine.AnswerAsync(EngineRequests.Raw("x", 1));
        await engine.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => embedding);
    }

    [Fact]
    public void HiddenRowsBesideLogitsRows_ChangeNeither()
    {
        using var harness = new DecoderHarness(Path.Combine(_path, "config.json"), Path.Combine(_path, "model.safetensors"));
        int[] text = [1, 2, 3, 4, 5];
        TokenTree read = new(), spoken = new();
        read.SetChain(text);
        spoken.SetChain([7, 8, 9]);
        var alone = harness.Run(harness.Open(), spoken);
        var hidden = HiddenStates("abc");
        var (first, second) = (harness.Open(), harness.Open());
        Assert.True(harness.Cache.TryReserve(first, 3) && harness.Cache.TryReserve(second, 3));
        read.SetChain([(int)'a', 'b', 'c']);
        var batch = new StepBatch();
        batch.Add(new StepSlice(first, read, WantedRows.Hidden, 0));
        batch.Add(new StepSlice(second, spoken, WantedRows.All, 0));
        var output = harness.Decoder.Forward(batch, harness.Cache, harness.Workspace);
        Assert.Equal(6, output.Rows);
        for (var row = 0; row < 3; row++)
        {
            var logits = new float[output.VocabularySize];
            output.CopyLogits(3 + row, logits);
            Assert.Equal(alone[row], logits);
            Assert.Equal(DecoderHarness.ArgMax(logits), output.ArgMax(3 + row));
            var state = new float[output.Width];
            output.CopyHidden(row, state);
            Assert.Equal(hidden[row], state);
        }
    }

    [Theory]
    [InlineData(Pooling.Last)]
    [InlineData(Pooling.Mean)]
    public async Task TokenThatTheTokenizerPutsAfterAText_IsRead_AndPooled(Pooling pooling)
    {
        using var folder = new TemporaryFolder();
        var path = new ToyCheckpoint { EndsTexts = true }.Save(folder);
        await using var ends = await LoadAsync(options => options with { ModelPath = path });
        await using var plain = await LoadAsync();
        var result = await ends.EmbedAsync(new EmbeddingRequest { Texts = ["a text"], Pooling = pooling });
        Assert.Equal("a text".Length + 1, result.InputTokens);
        var hidden = HiddenStates([.. "a text".Select(character => (int)character), ToyCheckpoint.TextEndToken]);
        var pooled = Enumerable.Range(0, hidden[0].Length)
            .Select(column => pooling == Pooling.Last ? hidden[^1][column] : hidden.Sum(row => (double)row[column]) / hidden.Length).ToArray();
        var length = Math.Sqrt(pooled.Sum(value => value * value));
        Assert.All(Enumerable.Range(0, pooled.Length), column => Assert.Equal(pooled[column] / length, result.Vectors[0].Span[column], 1e-5));

        // What is spelled like it within a text is text, and a text to be continued is not ended.
        Assert.Equal("<|endoftext|>".Length + 1, (await ends.EmbedAsync(new EmbeddingRequest { Texts = ["<|endoftext|>"], Pooling = pooling })).InputTokens);
        Assert.Equal(1, (await ends.EmbedAsync(new EmbeddingRequest { Texts = [""], Pooling = pooling })).InputTokens);
        Assert.Equal((await plain.AnswerAsync(EngineRequests.Raw("a text", 12))).Text, (await ends.AnswerAsync(EngineRequests.Raw("a text", 12))).Text);
    }

    [Fact]
    public async Task FullQueue_RefusesACallAsItComes_AndHasOneUnderWayWait()
    {
        using var open = new ManualResetEventSlim(initialState: true);
        FaultyBackend? backend = null;
        await using var engine = await LoadAsync(options => options with
        {
            MaxConcurrentRequests = 2,
            QueueLimit = 0,
            DecorateBackend = inner => backend = new FaultyBackend(inner),
        });
        var expected = await engine.EmbedAsync(new EmbeddingRequest { Texts = Texts });
        var calls = Enumerable.Range(0, 6).Select(_ => EmbedOrRefuseAsync(engine)).ToArray();
        var results = (await Task.WhenAll(calls)).OfType<EmbeddingResult>().ToArray();
        Assert.NotEmpty(results);
        Assert.All(results, result => Assert.Equal(expected.Vectors.Select(vector => vector.ToArray()), result.Vectors.Select(vector => vector.ToArray())));
        // Held while the call comes: they could be done before it.
        backend!.Strike = _ =>
        {
            open.Wait(TestTimeouts.Limit);
            return false;
        };
        open.Reset();
        await using var busy = await engine.GenerateAsync(EngineRequests.Raw("beside", 200));
        await using var busier = await engine.GenerateAsync(EngineRequests.Raw("beside", 200));
        try
        {
            await Assert.ThrowsAsync<CapacityException>(() => engine.EmbedAsync(new EmbeddingRequest { Texts = Texts })).WaitAsync(TestTimeouts.Limit);
        }
        finally
        {
            open.Set();
        }
    }

    [Fact]
    public async Task WaitingForAPlace_EndsWithTheCaller_AndWithTheEngine()
    {
        var engine = await LoadAsync(options => options with { MaxConcurrentRequests = 1, QueueLimit = 0 });
        using var cancellation = new CancellationTokenSource();
        var many = new EmbeddingRequest { Texts = [.. Enumerable.Repeat(new string('y', 250), 500)] };
        var calls = new[] { engine.EmbedAsync(many, cancellation.Token), engine.EmbedAsync(many) };
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calls[0]);
        await engine.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => calls[1]).WaitAsync(TestTimeouts.Limit);
    }

    private static async Task<EmbeddingResult?> EmbedOrRefuseAsync(SlerpEngine engine)
    {
        try
        {
            return await engine.EmbedAsync(new EmbeddingRequest { Texts = Texts });
        }
        catch (CapacityException)
        {
            return null;
        }
    }

    private float[][] HiddenStates(string text) => HiddenStates([.. text.Select(static character => (int)character)]);

    private float[][] HiddenStates(int[] text)
    {
        using var harness = new DecoderHarness(Path.Combine(_path, "config.json"), Path.Combine(_path, "model.safetensors"));
        var slot = harness.Open();
        Assert.True(harness.Cache.TryReserve(slot, text.Length));
        var tree = new TokenTree();
        tree.SetChain(text);
        var batch = new StepBatch();
        batch.Add(new StepSlice(slot, tree, WantedRows.All, text.Length));
        var output = harness.Decoder.Forward(batch, harness.Cache, harness.Workspace);
        var rows = new float[text.Length][];
        for (var row = 0; row < rows.Length; row++)
        {
            output.CopyHidden(row, rows[row] = new float[output.Width]);
        }

        return rows;
    }

    private static async Task AssertPagesReturnedAsync(SlerpEngine engine)
    {
        await engine.AnswerAsync(EngineRequests.Raw("x", 1));
        await TestTimeouts.EventuallyAsync(() => engine.CachePages.Free == engine.CachePages.Total, "all pages are free");
    }

    private Task<SlerpEngine> LoadAsync(Func<EngineOptions, EngineOptions>? change = null)
    {
        var options = new EngineOptions { ModelPath = _path, Threads = TestThreads.Two };
        return SlerpEngine.LoadAsync(change?.Invoke(options) ?? options);
    }
}
