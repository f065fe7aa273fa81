using Slerp.Engine;

namespace Slerp.Connector.Hosting;

/// <summary>The real engine behind the connector's seam; disposing it disposes the engine.</summary>
internal sealed class LoadedEngine(SlerpEngine engine) : IEngine
{
    /// <inheritdoc />
    public ModelInfo Model => engine.Model;

    /// <inheritdoc />
    public EngineStatus Status => engine.Status;

    /// <inheritdoc />
    public ValueTask<Generation> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken) =>
        engine.GenerateAsync(request, cancellationToken);

    /// <inheritdoc />
    public Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken) => engine.EmbedAsync(request, cancellationToken);

    /// <inheritdoc />
    public object? GetService(Type type) => type.IsInstanceOfType(engine) ? engine : null;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => engine.DisposeAsync();
}
