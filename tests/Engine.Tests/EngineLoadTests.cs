using System.Globalization;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>Loading: options out of range, loads given up half-way.</summary>
public sealed class EngineLoadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public EngineLoadTests() => _path = new ToyCheckpoint().Save(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OptionsOutOfRange_AreRefusedByName()
    {
        var good = Options();
        foreach (var (bad, name) in new (EngineOptions, string)[]
        {
            (good with { ContextTokens = -1 }, nameof(EngineOptions.ContextTokens)),
            (good with { KvCacheBytes = -1 }, nameof(EngineOptions.KvCacheBytes)),
            (good with { KvFormat = (KvFormat)99 }, nameof(EngineOptions.KvFormat)),
            (good with { MaxConcurrentRequests = 0 }, nameof(EngineOptions.MaxConcurrentRequests)),
            (good with { MaxConcurrentRequests = 100_000 }, nameof(EngineOptions.MaxConcurrentRequests)),
            (good with { QueueLimit = -1 }, nameof(EngineOptions.QueueLimit)),
            (good with { CachedPrefixes = -1 }, nameof(EngineOptions.CachedPrefixes)),
            (good with { PrefillChunkTokens = 0 }, nameof(EngineOptions.PrefillChunkTokens)),
        })
        {
            var failure = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => SlerpEngine.LoadAsync(bad));
            Assert.Equal(name, failure.ParamName);
        }
    }

    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    [InlineData("BF16")]
    public async Task WeightsThatAreNotFinite_AreRefusedWithTensorAndPlace(string dtype)
    {
        const string name = "model.layers.0.self_attn.o_proj.weight";
        var path = new ToyCheckpoint { DType = dtype, Change = Spoil(name, 37) }.Save(_folder, "damaged" + dtype);
        var failure = await Assert.ThrowsAsync<CheckpointException>(() => SlerpEngine.LoadAsync(new EngineOptions { ModelPath = path, Threads = 1 }));
        Assert.Contains($"tensor '{name}' holds NaN in row 1, column 5.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task QueueLimitOfZero_ServesWhatCanStartAtOnceAndRefusesTheRest()
    {
        using var open = new ManualResetEventSlim(initialState: true);
        FaultyBackend? backend = null;
        await using var engine = await SlerpEngine.LoadAsync(
            Options() with { MaxConcurrentRequests = 2, QueueLimit = 0, DecorateBackend = inner => backend = new FaultyBackend(inner) });
        for (var turn = 0; turn < 3; turn++)
        {
            Assert.Equal(4, (await engine.AnswerAsync(EngineRequests.Raw("hello", 4))).Stats.OutputTokens);
        }

        // Held while the third comes: they could be done before it.
        backend!.Strike = _ =>
        {
            open.Wait(TestTimeouts.Limit);
            return false;
        };
        open.Reset();
        await using var first = await engine.GenerateAsync(EngineRequests.Raw("hello", 250));
        await using var second = await engine.GenerateAsync(EngineRequests.Raw("hello", 250));
        try
        {
            await Assert.ThrowsAsync<CapacityException>(async () => await engine.GenerateAsync(EngineRequests.Raw("hello", 250))).WaitAsync(TestTimeouts.Limit);
        }
        finally
        {
            open.Set();
        }
    }

    [Fact]
    public async Task LoadGivenUpAfterTheWeights_GivesTheCacheBack()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var before = AddressSpace();
        for (var turn = 0; turn < 8; turn++)
        {
            using var cancellation = new CancellationTokenSource();
            var options = Options() with { KvCacheBytes = 512L << 20 };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => SlerpEngine.LoadAsync(options, new GiveUpAtTheEnd(cancellation), cancellationToken: cancellation.Token));
        }

        // Eight caches would be four gigabytes; other tests run beside this one.
        Assert.InRange(AddressSpace() - before, long.MinValue, 2L << 30);
    }

    // The last tensor that is read is damaged: all matrices were packed before.
    [Theory]
    [InlineData("target")]
    [InlineData("draft")]
    [InlineData("beside")]
    public async Task LoadThatFails_GivesTheWeightsBack(string damaged)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var bad = new ToyCheckpoint { Change = Spoil("model.norm.weight", 3) }.Save(_folder, damaged == "beside" ? "toy-draft" : "bad");
        var options = damaged switch
        {
            "target" => Options() with { ModelPath = bad },
            "draft" => Options() with { DraftModelPath = bad },
            _ => Options(),
        };
        var before = AddressSpace();
        for (var turn = 0; turn < 40; turn++)
        {
            if (damaged == "beside")
            {
                await using var engine = await SlerpEngine.LoadAsync(options);
            }
            else
            {
                await Assert.ThrowsAsync<CheckpointException>(() => SlerpEngine.LoadAsync(options));
            }
        }

        // A block of small matrices is 64 MiB: forty would be 2.7 gigabytes. Other tests run beside this one.
        Assert.InRange(AddressSpace() - before, long.MinValue, 1L << 30);
    }

    [Fact]
    public async Task LoadThatFailsAfterItsCompanions_GivesThemBack()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var draft = new ToyCheckpoint { Layers = 1 }.Save(_folder, "second");
        var options = Options() with { DraftModelPath = draft, DecorateDrafter = static _ => throw new InvalidOperationException("no drafter") };
        var before = AddressSpace();
        for (var turn = 0; turn < 40; turn++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => SlerpEngine.LoadAsync(options));
        }

        Assert.InRange(AddressSpace() - before, long.MinValue, 1L << 30);
    }

    private EngineOptions Options() => new() { ModelPath = _path, Threads = 1 };

    private static Action<string, int[], float[]> Spoil(string tensor, int index) => (name, _, values) =>
    {
        if (name == tensor)
        {
            values[index] = float.NaN;
        }
    };

    // Bytes of address space of this process: pages nobody touched count, as they would if somebody had.
    private static long AddressSpace()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmSize:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan()["VmSize:".Length..^" kB".Length].Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    private sealed class GiveUpAtTheEnd(CancellationTokenSource cancellation) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value)
        {
            if (value.BytesDone >= value.BytesTotal)
            {
                cancellation.Cancel();
            }
        }
    }
}
