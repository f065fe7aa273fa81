using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>A device that fails at any verb ends the requests it was at, with its own words; the engine and the process live, and nothing is lost.</summary>
/// <remarks>A backend derives and says how an engine is loaded on it.</remarks>
public abstract class DeviceFaultConformance : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;
    private FaultyBackend? _backend;

    protected DeviceFaultConformance() => _path = new ToyCheckpoint { Architecture = "Qwen3ForCausalLM", Context = 512 }.Save(_folder);

    private static string Long { get; } = string.Concat(Enumerable.Range(0, 25).Select(index => $"word{index} "));

    private protected virtual EngineOptions On(EngineOptions options) => options;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("Embed")]
    [InlineData("Linear")]
    [InlineData("LinearAdd")]
    [InlineData("GatedLinear")]
    [InlineData("RmsNorm")]
    [InlineData("NormHeads")]
    [InlineData("Rotate")]
    [InlineData("Upload")]
    [InlineData("StoreKv")]
    [InlineData("CopyKv")]
    [InlineData("Attend")]
    [InlineData("Gather")]
    [InlineData("ArgMax")]
    [InlineData("TopK")]
    [InlineData("Download")]
    public async Task FaultOfAnyVerb_EndsTheRequestAndNotTheEngine(string verb)
    {
        await using var engine = await LoadAsync();
        // Some verbs run only where rows are shared, tokens drafted or drawn.
        GenerationRequest[] requests =
        [
            EngineRequests.Raw(Long + "again", 20, drafter: "recycling"),
            EngineRequests.Raw(Long + "once more", 20, new SamplingMode.Stochastic(1, 5, 0.9f, 0, 7)),
            EngineRequests.Raw(Long + "and more", 20, new SamplingMode.Stochastic(1, 0, 1, 0, 7)) with { Penalties = new Penalties(Repetition: 1.2f) },
        ];
        await engine.AnswerAsync(EngineRequests.Raw(Long, 20, drafter: "vanilla"));
        var expected = await engine.AnswerAsync(requests[0]);
        var struck = 0;
        foreach (var request in requests)
        {
            _backend!.Strike = name => name == verb && struck++ == 0;
            if (await Record.ExceptionAsync(() => engine.AnswerAsync(request)) is { } failure)
            {
                Assert.Contains($"struck {verb}", Assert.IsType<DeviceException>(failure).Message, StringComparison.Ordinal);
                break;
            }
        }

        Assert.True(struck > 0, $"{verb} was never called");
        _backend!.Strike = null;
        Assert.Equal(expected.Identity, (await engine.AnswerAsync(requests[0])).Identity);
        AssertNothingIsHeld(engine);
    }

    [Fact]
    public async Task CopyOfASharedPageThatFails_EndsThatRequestAlone()
    {
        await using var engine = await LoadAsync();
        var others = EngineRequests.Raw("hello", 300, drafter: "vanilla");
        var expected = await engine.AnswerAsync(others);
        await engine.AnswerAsync(EngineRequests.Raw(Long, 20, drafter: "vanilla"));
        _backend!.Strike = static name => name == "CopyKv";
        await using var other = await engine.GenerateAsync(others);
        for (var turn = 0; turn < 5; turn++)
        {
            await Assert.ThrowsAsync<DeviceException>(() => engine.AnswerAsync(EngineRequests.Raw(Long + "again", 20, drafter: "vanilla")));
        }

        Assert.Equal(expected.Identity, (await other.ReadAsync()).Identity);
        _backend.Strike = null;
        Assert.Equal(Long.Length, (await engine.AnswerAsync(EngineRequests.Raw(Long + "again", 20, drafter: "vanilla"))).Stats.CachedPromptTokens);
        AssertNothingIsHeld(engine);
    }

    // Once the last request has been dropped; its reader may know of its end a moment before.
    private static void AssertNothingIsHeld(SlerpEngine engine) =>
        Assert.True(SpinWait.SpinUntil(() => engine.CachePages.Free == engine.CachePages.Total, TestTimeouts.Limit), "pages were lost");

    private Task<SlerpEngine> LoadAsync() => SlerpEngine.LoadAsync(On(new EngineOptions
    {
        ModelPath = _path,
        Threads = 1,
        WarmStart = false,
        NotesFolder = "",
        DecorateBackend = inner => _backend = new FaultyBackend(inner),
    }));
}
