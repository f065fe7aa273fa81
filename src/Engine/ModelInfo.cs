namespace Slerp.Engine;

/// <summary>What a loaded model is. Immutable.</summary>
public sealed record ModelInfo
{
    /// <summary>The name: the checkpoint folder's; with an adapter, both folders' as "checkpoint+adapter".</summary>
    public required string Name { get; init; }

    /// <summary>The adapter that was merged into the weights; null where there is none.</summary>
    public AdapterInfo? Adapter { get; init; }

    /// <summary>The architecture, as config.json spells it.</summary>
    public required string Architecture { get; init; }

    /// <summary>Where it runs and how: "cpu (AVX-512, 2 threads)".</summary>
    public required string Device { get; init; }

    /// <summary>The format the weights are kept in.</summary>
    public required WeightFormat WeightFormat { get; init; }

    /// <summary>The format keys and values are kept in; never <see cref="KvFormat.AsWeights"/>.</summary>
    public required KvFormat KvFormat { get; init; }

    /// <summary>Weights, the embedding counted once.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of packed weights.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Bytes of KV cache pages.</summary>
    public required long KvCacheBytes { get; init; }

    /// <summary>Most tokens of prompt and answer together.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Ids of the vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Width of the hidden state.</summary>
    public required int Width { get; init; }

    /// <summary>Tensors of the checkpoint that the model did not ask for, in order; empty where weights and config.json belong together.</summary>
    /// <remarks>A copy of a tied embedding as <c>lm_head.weight</c> and <c>rotary_emb.inv_freq</c> buffers mean nothing; whole layers mean that config.json names too few.</remarks>
    public IReadOnlyList<string> UnusedTensors { get; init; } = [];

    /// <summary>Whether the checkpoint, or its adapter, has a chat template.</summary>
    public required bool HasChatTemplate { get; init; }

    /// <summary>Whether its chat template writes tools.</summary>
    public required bool SupportsTools { get; init; }

    /// <summary>The chat template's source, or null.</summary>
    public required string? ChatTemplate { get; init; }

    /// <summary>Sampling the checkpoint's generation_config.json asks for, with seed 0.</summary>
    public required SamplingMode DefaultSampling { get; init; }

    /// <summary>Penalties the checkpoint's generation_config.json asks for.</summary>
    public required Penalties DefaultPenalties { get; init; }
}
