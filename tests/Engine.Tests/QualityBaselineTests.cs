using System.Collections.Concurrent;
using Slerp.Tests.Shared;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Engine.Tests;

/// <summary>The calibration: measured when somebody asks, kept with the machine's notes, never in anyone's way.</summary>
public sealed class QualityBaselineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;
    private readonly string _notes;
    private FaultyBackend? _backend;

    public QualityBaselineTests()
    {
        _path = new ToyCheckpoint { Sharpness = 8, Context = 512 }.Save(_folder);
        _notes = Path.GetDirectoryName(_folder.Path("notes", "none"))!;
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Measured_WhenSomebodyAsks_AndReadAtTheNextLoad()
    {
        QualityCalibration measured;
        await using (var engine = await LoadAsync())
        {
            Assert.Null(await CalibrationAsync(engine, needs: false));
            Assert.Empty(Notes());
            measured = (await CalibrationAsync(engine, needs: true))!;
            Assert.Same(measured, await CalibrationAsync(engine, needs: true));
        }

        Assert.True(measured is { LogProbabilityMean: < 0, LogProbabilitySpread: > 0, EntropyMean: > 0, EntropySpread: > 0 }, measured.ToString());
        Assert.Single(Notes());
        await using (var again = await LoadAsync())
        {
            // It is read: nothing runs for it but the answer itself.
            var alone = await StepsAsync(() => CalibrationAsync(again, needs: false));
            Assert.Equal(alone, await StepsAsync(async () => Assert.Equal(measured, await CalibrationAsync(again, needs: true))));
        }

        // What is no calibration is measured again.
        File.WriteAllBytes(Notes()[0], [1, 2, 3]);
        await using var last = await LoadAsync();
        Assert.Equal(measured, await CalibrationAsync(last, needs: true));
    }

    [Fact]
    public async Task EngineOfOnePlace_DoesNotWaitForItself()
    {
        await using var engine = await LoadAsync(options => options with { MaxConcurrentRequests = 1, QueueLimit = 8 });
        Assert.NotNull(await CalibrationAsync(engine, needs: true).WaitAsync(TestTimeouts.Limit));
    }

    [Fact]
    public async Task ManyAtOnce_MeasureOnce()
    {
        await using var engine = await LoadAsync();
        var found = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CalibrationAsync(engine, needs: true)));
        Assert.All(found, calibration => Assert.Same(found[0], calibration));
    }

    [Fact]
    public async Task CallerWhoLeaves_EndsItsWaitAlone()
    {
        await using var engine = await LoadAsync();
        using var cancellation = new CancellationTokenSource();
        _backend!.Spoil = (_, _) =>
        {
            cancellation.Cancel();
            return false;
        };
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CalibrationAsync(engine, needs: true, cancellation.Token));
        _backend.Spoil = null;
        Assert.Equal(cancellation.Token, failure.CancellationToken);
        Assert.NotNull(await CalibrationAsync(engine, needs: true));
    }

    private static async Task<QualityCalibration?> CalibrationAsync(SlerpEngine engine, bool needs, CancellationToken cancellationToken = default)
    {
        var check = new Asking(needs);
        var gate = new QualityGate { HoldsSegments = true, Checks = [check], TimeLimit = TestTimeouts.Limit };
        await JudgedRun.DriveAsync(engine, EngineRequests.Raw("abc", 6, drafter: "vanilla") with { Gate = gate }, cancellationToken: cancellationToken);
        return check.Seen.Distinct().Single();
    }

    private async Task<int> StepsAsync(Func<Task> work)
    {
        _backend!.Spoil = static (_, _) => false;
        await work();
        var calls = _backend.Calls;
        _backend.Spoil = null;
        return calls;
    }

    private string[] Notes() => Directory.Exists(_notes) ? Directory.GetFiles(_notes, "confidence", SearchOption.AllDirectories) : [];

    private Task<SlerpEngine> LoadAsync(Func<EngineOptions, EngineOptions>? change = null)
    {
        var options = new EngineOptions
        {
            ModelPath = _path,
            Threads = 1,
            NotesFolder = _notes,
            WarmStart = false,
            CachedPrefixes = 0,
            DecorateBackend = backend => _backend = new FaultyBackend(backend),
        };
        return SlerpEngine.LoadAsync(change?.Invoke(options) ?? options);
    }

    private sealed class Asking(bool needs) : IQualityCheck
    {
        public string Name => "asking";

        public QualityScope Scope => QualityScope.Segment;

        public bool NeedsCalibration => needs;

        public ConcurrentQueue<QualityCalibration?> Seen { get; } = new();

        public Verdict Evaluate(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
        {
            Seen.Enqueue(context.Calibration);
            return Verdict.Passed;
        }
    }
}
