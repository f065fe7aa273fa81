using Slerp.Connector.Hosting;
using Slerp.Engine;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Benchmarks.Gate;

/// <summary>The real engine with a backend and drafters that can be made to fail; remembers the last prompt.</summary>
internal sealed class DrillEngine(TimeProvider time) : IEngineLoader, IEngine
{
    private readonly List<ThrowingDrafter> _drafters = [];
    private SlerpEngine? _engine;

    /// <summary>What computes.</summary>
    public FaultyBackend? Backend { get; private set; }

    /// <summary>The drafters.</summary>
    public IReadOnlyList<ThrowingDrafter> Drafters => _drafters;

    /// <summary>The engine.</summary>
    public SlerpEngine Engine => _engine!;

    /// <summary>What was asked last.</summary>
    public GenerationRequest? Last { get; private set; }

    /// <inheritdoc />
    public ModelInfo Model => Engine.Model;

    /// <inheritdoc />
    public EngineStatus Status => Engine.Status;

    /// <inheritdoc />
    public async Task<IEngine> LoadAsync(EngineOptions options, IProgress<LoadProgress> progress, CancellationToken cancellationToken)
    {
        var faulty = options with
        {
            DecorateBackend = backend => Backend = new FaultyBackend(backend),
            DecorateDrafter = drafter =>
            {
                _drafters.Add(new ThrowingDrafter(drafter));
                return _drafters[^1];
            },
        };
        _engine = await SlerpEngine.LoadAsync(faulty, progress, time, cancellationToken);
        return this;
    }

    /// <inheritdoc />
    public ValueTask<Generation> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        Last = request;
        return Engine.GenerateAsync(request, cancellationToken);
    }

    /// <inheritdoc />
    public Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken) => Engine.EmbedAsync(request, cancellationToken);

    /// <inheritdoc />
    public object? GetService(Type type) => type.IsInstanceOfType(_engine) ? _engine : null;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _engine?.DisposeAsync() ?? ValueTask.CompletedTask;
}
