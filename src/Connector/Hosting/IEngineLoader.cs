using Slerp.Engine;

namespace Slerp.Connector.Hosting;

/// <summary>Loads an engine.</summary>
internal interface IEngineLoader
{
    /// <inheritdoc cref="SlerpEngine.LoadAsync"/>
    Task<IEngine> LoadAsync(EngineOptions options, IProgress<LoadProgress> progress, CancellationToken cancellationToken);
}
