using Slerp.Engine;

namespace Slerp.Connector.Hosting;

/// <summary>A loaded model, as the connector uses it: what a test double has to offer.</summary>
internal interface IEngine : IAsyncDisposable
{
    /// <summary>What is loaded.</summary>
    ModelInfo Model { get; }

    /// <inheritdoc cref="SlerpEngine.Status"/>
    EngineStatus Status { get; }

    /// <inheritdoc cref="SlerpEngine.GenerateAsync"/>
    ValueTask<Generation> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken);

    /// <inheritdoc cref="SlerpEngine.EmbedAsync"/>
    Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken);

    /// <summary>The thing behind this face, where it is of the type asked for.</summary>
    object? GetService(Type type);
}
