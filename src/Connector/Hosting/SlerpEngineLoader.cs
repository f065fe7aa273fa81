using Slerp.Engine;

namespace Slerp.Connector.Hosting;

/// <summary>Loads the real engine, on the given clock.</summary>
internal sealed class SlerpEngineLoader(TimeProvider time) : IEngineLoader
{
    /// <inheritdoc />
    public async Task<IEngine> LoadAsync(EngineOptions options, IProgress<LoadProgress> progress, CancellationToken cancellationToken) =>
        new LoadedEngine(await SlerpEngine.LoadAsync(options, progress, time, cancellationToken).ConfigureAwait(false));
}
