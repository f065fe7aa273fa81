using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Models;

/// <summary>Qwen3, dense: each query and key head normalised, no biases unless asked for. Source: Yang et al. 2025 (2505.09388).</summary>
internal sealed class Qwen3 : IModelFamily
{
    /// <inheritdoc />
    public IReadOnlyList<string> Architectures { get; } = ["Qwen3ForCausalLM"];

    /// <inheritdoc />
    public string ModelType => "qwen3";

    /// <inheritdoc />
    public DecoderShape Read(ModelConfig config) => DecoderShape.Read(config, tiedByDefault: false) with
    {
        QueryKeyNorm = true,
        QueryKeyValueBias = config.AttentionBias,
        OutputBias = config.AttentionBias,
    };
}
