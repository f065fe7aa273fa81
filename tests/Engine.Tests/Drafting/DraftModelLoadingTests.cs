using Slerp.Engine.Backends;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests.Drafting;

/// <summary>Which draft model is taken, and which is refused.</summary>
public sealed class DraftModelLoadingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public DraftModelLoadingTests() => _model = new ToyCheckpoint { Sharpness = 8 }.Save(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SameModelAsDraft_IsAlwaysRight()
    {
        await using var engine = await SlerpEngine.LoadAsync(Options(_model) with { Costs = new([1, 16, 32], [1, 1, 9]) });
        var answer = await engine.AnswerAsync(EngineRequests.Raw("abc", 80, null, "draft"));
        var source = answer.Stats.Drafts.Sources["draft"];
        // Leaves beside the chain are wrong by nature; the chain never is.
        Assert.True(answer.Stats.Steps < 50, $"{answer.Stats.Steps} steps");
        Assert.Equal((answer.Stats.Drafts.Proposed, answer.Stats.Drafts.Accepted), (source.Proposed, source.Accepted));
    }

    [Fact]
    public async Task NoDraftModel_TheDrafterIsRefusedWithWhatItNeeds()
    {
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = _model, Threads = 1 });
        var failure = await Assert.ThrowsAsync<ArgumentException>(async () => await engine.GenerateAsync(EngineRequests.Raw("x", 4, null, "draft")));
        Assert.Contains(nameof(EngineOptions.DraftModelPath), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherVocabularySize_IsRefusedWithBoth()
    {
        var draft = Draft(text => text.Replace("""{"id":258,""", """{"id":300,""", StringComparison.Ordinal));
        var failure = await Assert.ThrowsAsync<CheckpointException>(() => SlerpEngine.LoadAsync(Options(draft)));
        Assert.Contains("301 ids", failure.Message, StringComparison.Ordinal);
        Assert.Contains("259", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherToken_IsRefusedWithTheFirstThatDiffers()
    {
        var draft = Draft(text => text.Replace("im_end", "im_eot", StringComparison.Ordinal));
        var failure = await Assert.ThrowsAsync<CheckpointException>(() => SlerpEngine.LoadAsync(Options(draft)));
        Assert.Contains("token 257 is '<|im_eot|>'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingFolder_IsRefusedAtLoad() =>
        await Assert.ThrowsAsync<CheckpointException>(() => SlerpEngine.LoadAsync(Options(_folder.Path("nowhere"))));

    [Fact]
    public async Task BrokenFolderBesideTheCheckpoint_IsAFaultOfTheDrafterAndNoMore()
    {
        Directory.CreateDirectory(_model + "-draft");
        await File.WriteAllTextAsync(Path.Combine(_model + "-draft", "config.json"), "{}");
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions { ModelPath = _model, Threads = 1 });
        var expected = await engine.AnswerAsync(EngineRequests.Raw("abc", 8, null, "vanilla"));
        var answer = await engine.AnswerAsync(EngineRequests.Raw("abc", 8, null, "draft"));
        Assert.Equal((expected.Text, 1), (answer.Text, answer.Stats.Drafts.Faults));
    }

    [Theory]
    [InlineData("draft")]
    [InlineData("mlp")]
    public async Task BrokenFolderBesideTheCheckpoint_ThatIsMended_IsFoundWithoutAnotherLoadOfTheModel(string drafter)
    {
        Directory.CreateDirectory($"{_model}-{drafter}");
        await File.WriteAllTextAsync(Path.Combine($"{_model}-{drafter}", "config.json"), "{}");
        var (clock, backends) = (new ManualClock(), 0);
        const long CacheBytes = 64 << 20;
        var options = new EngineOptions
        {
            ModelPath = _model,
            Threads = 1,
            KvCacheBytes = CacheBytes,
            // The second finds less free memory than the model's cache has: its pages are written by then, and do not count again.
            DecorateBackend = inner => Interlocked.Increment(ref backends) == 1
                ? inner
                : new FaultyBackend(inner) { Says = new DeviceMemory(long.MaxValue, CacheBytes - 1) },
        };
        await using var engine = await SlerpEngine.LoadAsync(options, time: clock);
        var expected = await engine.AnswerAsync(EngineRequests.Raw("abc", 8, null, "vanilla"));
        if (drafter == "draft")
        {
            new ToyCheckpoint { Sharpness = 8, Layers = 1 }.Save(_folder, "toy-draft");
        }
        else
        {
            new ToySpeculator().Save(_folder, "toy-mlp");
        }

        Assert.Equal((expected.Text, 1), await AskAsync());
        Assert.Equal(1, backends);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((expected.Text, 1), await AskAsync());
        using var patience = new CancellationTokenSource(TestTimeouts.Limit);
        while (await AskAsync() != (expected.Text, 0))
        {
            patience.Token.ThrowIfCancellationRequested();
        }

        Assert.Equal(2, backends);

        async Task<(string Text, int Faults)> AskAsync()
        {
            var answer = await engine.AnswerAsync(EngineRequests.Raw("abc", 8, null, drafter));
            return (answer.Text, answer.Stats.Drafts.Faults);
        }
    }

    [Fact]
    public async Task FolderBesideTheCheckpoint_IsPackedAtLoad_SoThatNoStepWaitsForIt()
    {
        FaultyBackend? backend = null;
        new ToyCheckpoint { Sharpness = 8, Layers = 1 }.Save(_folder, "toy-draft");
        await using var engine = await SlerpEngine.LoadAsync(new EngineOptions
        {
            ModelPath = _model,
            Threads = 1,
            DecorateBackend = inner => backend = new FaultyBackend(inner),
        });
        var packed = backend!.Packed;
        var answer = await engine.AnswerAsync(EngineRequests.Raw("abc", 8, null, "draft"));
        Assert.Equal((0, packed), (answer.Stats.Drafts.Faults, backend.Packed));
    }

    [Fact]
    public async Task MoreThanFits_IsRefusedBeforeAnythingIsPacked()
    {
        var failure = await Assert.ThrowsAsync<DeviceException>(() => SlerpEngine.LoadAsync(Options(_model) with { KvCacheBytes = long.MaxValue / 2 }));
        Assert.Contains("MB", failure.Message, StringComparison.Ordinal);
    }

    private static EngineOptions Options(string model, string draft) => new() { ModelPath = model, DraftModelPath = draft, Threads = 1 };

    private EngineOptions Options(string draft) => Options(_model, draft);

    private string Draft(Func<string, string> change)
    {
        var path = new ToyCheckpoint { Layers = 1 }.Save(_folder, "draft");
        var tokenizer = Path.Combine(path, "tokenizer.json");
        File.WriteAllText(tokenizer, change(File.ReadAllText(tokenizer)));
        return path;
    }
}
