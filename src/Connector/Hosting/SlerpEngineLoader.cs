using Slerp.Engine;

namespace Slerp.Connector.Hosting;

/// <summary>Loads the real engine, on the given clock, with the backends that the application brings.</summary>
internal sealed class SlerpEngineLoader(TimeProvider time, IReadOnlyList<BackendProvider> backends) : IEngineLoader
{
    /// <inheritdoc />
    public async Task<IEngine> LoadAsync(EngineOptions options, IProgress<LoadProgress> progress, CancellationToken cancellationToken) =>
        new LoadedEngine(await SlerpEngine.LoadAsync(options with { BackendProviders = backends }, progress, time, cancellationToken).ConfigureAwait(false));
}
