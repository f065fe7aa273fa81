using Slerp.Engine.Backends;

namespace Slerp.Engine.Layers;

/// <summary>One pre-norm block: x += attention(norm(x)); x += mlp(norm(x)).</summary>
internal sealed class DecoderBlock
{
    /// <summary>Norm before attention.</summary>
    public required RmsNorm AttentionNorm { get; init; }

    /// <summary>Attention.</summary>
    public required Attention Attention { get; init; }

    /// <summary>Norm before the MLP.</summary>
    public required RmsNorm MlpNorm { get; init; }

    /// <summary>The MLP.</summary>
    public required GatedMlp Mlp { get; init; }

    /// <summary>x += attention(norm(x)).</summary>
    public void ForwardAttention(in StepContext step, int layer, Tensor x) =>
        Attention.Forward(step, layer, AttentionNorm.Forward(step.Backend, step.Workspace, x), x);

    /// <summary>x += mlp(norm(x)).</summary>
    public void ForwardMlp(in StepContext step, Tensor x) =>
        Mlp.Forward(step, MlpNorm.Forward(step.Backend, step.Workspace, x), x);
}
