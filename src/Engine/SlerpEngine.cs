namespace Slerp.Engine;

/// <summary>A loaded model and the thread that steps it: the façade, and the only composition root.</summary>
/// <remarks>Thread-safe. Requests run as one batch; one request's failure never harms another.</remarks>
public sealed class SlerpEngine : IAsyncDisposable
{
    private readonly ModelInfo _model;

    private SlerpEngine(ModelInfo model) => _model = model;

    /// <summary>What is loaded.</summary>
    public ModelInfo Model => _model;

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="options">What to load and how.</param>
    /// <param name="progress">Told as weights are packed; may be null.</param>
    /// <param name="cancellationToken">Stops the load between matrices.</param>
    /// <exception cref="CheckpointException">A file is missing, malformed or does not fit the others.</exception>
    /// <exception cref="UnsupportedModelException">The architecture is not known.</exception>
    /// <exception cref="DeviceException">The device has not the memory; nothing was allocated.</exception>
    public static Task<SlerpEngine> LoadAsync(
        EngineOptions options, IProgress<LoadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException(options.ModelPath);

    /// <summary>Renders and encodes the prompt, checks that it fits, and queues it.</summary>
    /// <exception cref="ContextLengthException">The prompt does not fit; carries both numbers.</exception>
    /// <exception cref="CapacityException">The queue is full.</exception>
    /// <exception cref="ChatTemplateException">The template refuses the conversation.</exception>
    public ValueTask<Generation> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException(_model.Name);

    /// <summary>Tokens of a text, control tokens not recognised.</summary>
    public int CountTokens(string text) => throw new InvalidOperationException(_model.Name);

    /// <summary>Stops taking requests, ends the running ones with <see cref="ObjectDisposedException"/>, frees the memory. Idempotent.</summary>
    public ValueTask DisposeAsync() => throw new InvalidOperationException(_model.Name);
}
