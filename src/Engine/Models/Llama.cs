using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Models;

/// <summary>Llama 2, 3, 3.1, 3.2, TinyLlama, SmolLM2 and all who share the name.</summary>
/// <remarks>Source: Touvron et al. 2023 (2307.09288); Grattafiori et al. 2024 (2407.21783).</remarks>
internal sealed class Llama : IModelFamily
{
    /// <inheritdoc />
    public IReadOnlyList<string> Architectures { get; } = ["LlamaForCausalLM"];

    /// <inheritdoc />
    public string ModelType => "llama";

    /// <inheritdoc />
    public DecoderShape Read(ModelConfig config) => DecoderShape.Read(config, tiedByDefault: false) with
    {
        QueryKeyValueBias = config.AttentionBias,
        OutputBias = config.AttentionBias,
        // The field means nothing in this family, wherever it was copied from.
        Windows = new int[config.LayerCount],
    };
}
