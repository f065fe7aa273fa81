using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Models;

/// <summary>Qwen2 and Qwen2.5: biases on q, k and v, none on the output. Source: Yang et al. 2024 (2407.10671).</summary>
internal sealed class Qwen2 : IModelFamily
{
    /// <inheritdoc />
    public IReadOnlyList<string> Architectures { get; } = ["Qwen2ForCausalLM"];

    /// <inheritdoc />
    public string ModelType => "qwen2";

    /// <inheritdoc />
    public DecoderShape Read(ModelConfig config) =>
        DecoderShape.Read(config, tiedByDefault: false) with { QueryKeyValueBias = true };
}
