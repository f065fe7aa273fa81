using Slerp.Engine.Backends;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>What a model will take is known before it is loaded, whatever it is stored in; a context that is asked for is held or refused, never cut.</summary>
public sealed class MemoryBudgetTests : IDisposable
{
    // Two layers of two heads of eight, in 32 bits, 64 rows a page.
    private const long PageBytes = 64L * 2 * 2 * 8 * 4;
    private const int Layers = 2;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("F32", WeightFormat.AsStored, 4.0)]
    [InlineData("BF16", WeightFormat.AsStored, 2.0)]
    [InlineData("F16", WeightFormat.AsStored, 4.0)]
    [InlineData("F16", WeightFormat.Float16, 4.0)]
    [InlineData("F16", WeightFormat.BFloat16, 2.0)]
    [InlineData("F16", WeightFormat.Int8Block32, 67.0 / 64)]
    [InlineData("F32", WeightFormat.Int4Block32, 35.0 / 64)]
    public async Task Plan_CountsWhatTheWeightsWillTake(string dtype, WeightFormat format, double bytesPerWeight)
    {
        // Large enough that padding is little.
        var path = new ToyCheckpoint { DType = dtype, Width = 128, MlpWidth = 512, Heads = 16, KvHeads = 8 }.Save(_folder, "large" + dtype);
        var options = new EngineOptions { ModelPath = path, Threads = 1, WeightFormat = format, ContextTokens = 64, WarmStart = false, NotesFolder = "" };
        await using var engine = await SlerpEngine.LoadAsync(options);
        Assert.InRange(engine.Model.WeightBytes / (double)engine.Model.Parameters, bytesPerWeight * 0.99, bytesPerWeight * 1.15);

        // A machine that has what the plan says, and one that has a fifth less.
        var cache = engine.Model.Layers * 64L * 2 * 8 * 8 * 4;
        var needed = (long)(engine.Model.Parameters * bytesPerWeight * 1.02) + cache;
        await using var fits = await SlerpEngine.LoadAsync(options with { KvCacheBytes = cache, DecorateBackend = inner => new FaultyBackend(inner) { Says = new DeviceMemory(needed, needed) } });
        var less = needed * 4 / 5;
        var failure = await Assert.ThrowsAsync<DeviceException>(
            () => SlerpEngine.LoadAsync(options with { KvCacheBytes = cache, DecorateBackend = inner => new FaultyBackend(inner) { Says = new DeviceMemory(less, less) } }));
        Assert.Equal(dtype == "F16" && bytesPerWeight == 4, failure.Message.Contains("keeps in 32 bits", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ContextThatIsAskedFor_IsHeld()
    {
        // Little is free: a quarter of it would hold less.
        await using var engine = await SlerpEngine.LoadAsync(Options(contextTokens: 200) with
        {
            DecorateBackend = static inner => new FaultyBackend(inner) { Says = new DeviceMemory(165_000, 165_000) },
        });
        Assert.Equal(200, engine.Model.ContextTokens);
        Assert.Equal(4 * Layers, engine.CachePages.Total);
    }

    [Fact]
    public async Task ContextThatIsAskedFor_AndTheCacheCannotHold_IsRefusedWithTheNumbers()
    {
        var tight = Options(contextTokens: 200) with { KvCacheBytes = 3 * Layers * PageBytes };
        var failure = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => SlerpEngine.LoadAsync(tight));
        Assert.Equal(nameof(EngineOptions.KvCacheBytes), failure.ParamName);
        Assert.Contains("49,152", failure.Message, StringComparison.Ordinal);
        Assert.Contains("200 tokens of ContextTokens take 65,536", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContextThatIsAskedFor_AndTheMachineCannotHold_IsRefusedWithTheNumbers()
    {
        var failure = await Assert.ThrowsAsync<DeviceException>(() => SlerpEngine.LoadAsync(Options(contextTokens: 200) with
        {
            DecorateBackend = static inner => new FaultyBackend(inner) { Says = new DeviceMemory(120_000, 120_000) },
        }));
        Assert.False(failure.IsTransient);
        Assert.Contains("MB for the KV cache", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContextThatIsNotAskedFor_IsWhatTheCacheHolds()
    {
        await using var engine = await SlerpEngine.LoadAsync(Options(contextTokens: 0) with { KvCacheBytes = 3 * Layers * PageBytes });
        Assert.Equal(192, engine.Model.ContextTokens);
    }

    [Fact]
    public async Task OptionsThatTheModelOrTheBuildCannotServe_AreMistakesOfTheCallerAndNotFaultsOfTheDevice()
    {
        foreach (var (bad, name) in new (EngineOptions, string)[]
        {
            (Options(contextTokens: 100_000), nameof(EngineOptions.ContextTokens)),
            (Options(contextTokens: 0) with { KvCacheBytes = 1 }, nameof(EngineOptions.KvCacheBytes)),
            (Options(contextTokens: 0) with { Threads = Environment.ProcessorCount + 1 }, nameof(EngineOptions.Threads)),
            (Options(contextTokens: 0) with { Threads = -1 }, nameof(EngineOptions.Threads)),
            (Options(contextTokens: 0) with { Backend = "cpuu" }, nameof(EngineOptions.Backend)),
        })
        {
            var failure = await Assert.ThrowsAnyAsync<ArgumentException>(() => SlerpEngine.LoadAsync(bad));
            Assert.Equal(name, failure.ParamName);
        }
    }

    private EngineOptions Options(int contextTokens) => new()
    {
        ModelPath = new ToyCheckpoint().Save(_folder),
        ContextTokens = contextTokens,
        Threads = 1,
        WarmStart = false,
        NotesFolder = "",
    };
}
