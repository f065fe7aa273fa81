using Slerp.Engine;

namespace Slerp.Connector.Hosting;

/// <summary>Loads the real engine.</summary>
internal sealed class SlerpEngineLoader : IEngineLoader
{
    /// <inheritdoc />
    public async Task<IEngine> LoadAsync(EngineOptions options, IProgress<LoadProgress> progress, CancellationToken cancellationToken) =>
        new LoadedEngine(await SlerpEngine.LoadAsync(options, progress, cancellationToken).ConfigureAwait(false));
}
