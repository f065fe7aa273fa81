using Slerp.Connector.Hosting;
using Slerp.Engine;

namespace Slerp.Connector.Tests.Doubles;

/// <summary>Loads a fake engine, when allowed to.</summary>
internal sealed class FakeLoader(IEngine engine) : IEngineLoader
{
    private int _loads;

    /// <summary>Awaited by every load.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Whether a load goes on when it is cancelled.</summary>
    public bool IgnoresCancellation { get; set; }

    /// <summary>Called by every load; may be null.</summary>
    public Action? Loading { get; set; }

    public Exception? Failure { get; set; }

    public int Loads => _loads;

    public EngineOptions? Options { get; private set; }

    public async Task<IEngine> LoadAsync(EngineOptions options, IProgress<LoadProgress> progress, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _loads);
        Options = options;
        Loading?.Invoke();
        progress.Report(new LoadProgress(1, 2));
        await Gate.WaitAsync(IgnoresCancellation ? CancellationToken.None : cancellationToken);
        progress.Report(new LoadProgress(2, 2));
        return Failure is null ? engine : throw Failure;
    }
}
