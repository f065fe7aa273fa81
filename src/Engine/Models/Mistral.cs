using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Models;

/// <summary>Mistral: Llama's blocks with a sliding window. Source: Jiang et al. 2023 (2310.06825).</summary>
internal sealed class Mistral : IModelFamily
{
    /// <inheritdoc />
    public IReadOnlyList<string> Architectures { get; } = ["MistralForCausalLM"];

    /// <inheritdoc />
    public string ModelType => "mistral";

    /// <inheritdoc />
    public DecoderShape Read(ModelConfig config) => DecoderShape.Read(config, tiedByDefault: false);
}
