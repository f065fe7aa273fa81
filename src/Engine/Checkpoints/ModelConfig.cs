using System.Collections.Immutable;
using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>config.json, read once and checked before anything is allocated.</summary>
/// <remarks>
/// <para>Holds what all decoder families share; a family reads what is its own (experts, soft caps, …) from <see cref="Fields"/>, with the same
/// errors.</para>
/// <para>Unknown fields are ignored, <c>auto_map</c> included: no code is ever loaded from a checkpoint. Immutable and thread-safe.</para>
/// </remarks>
internal sealed record ModelConfig
{
    /// <summary>The first of <c>architectures</c>, or null where only <see cref="ModelType"/> is given.</summary>
    public required string? Architecture { get; init; }

    /// <summary>model_type, or null.</summary>
    public required string? ModelType { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Number of key and value heads; divides <see cref="HeadCount"/>.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Elements of one head; even.</summary>
    public required int HeadDimension { get; init; }

    /// <summary>Width of the feed-forward block.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The longest context, in tokens.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Epsilon of the norms.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public required double RopeTheta { get; init; }

    /// <summary>The part of each head that is rotated, in (0, 1].</summary>
    public required double PartialRotaryFactor { get; init; }

    /// <summary>How positions are stretched.</summary>
    public required RopeScaling RopeScaling { get; init; }

    /// <summary>Whether the output head is the embedding; null where config.json is silent and the family's default counts.</summary>
    public required bool? TieWordEmbeddings { get; init; }

    /// <summary>Whether the attention projections carry biases (attention_bias; families with fixed biases ignore it).</summary>
    public required bool AttentionBias { get; init; }

    /// <summary>Whether the feed-forward projections carry biases.</summary>
    public required bool MlpBias { get; init; }

    /// <summary>Positions a sliding layer sees, itself included; null where no layer slides (use_sliding_window false counts).</summary>
    public required int? SlidingWindow { get; init; }

    /// <summary>max_window_layers: the layers from this one on slide; null where not given.</summary>
    public required int? MaxWindowLayers { get; init; }

    /// <summary>layer_types, one entry per layer; empty where not given.</summary>
    public required ImmutableArray<LayerKind> LayerKinds { get; init; }

    /// <summary>The activation's name, one of the known ones; a family refuses what it does not compute.</summary>
    public required string Activation { get; init; }

    /// <summary>The id that begins a text, or null.</summary>
    public required int? BeginTokenId { get; init; }

    /// <summary>The ids that end a text; may be empty.</summary>
    public required ImmutableArray<int> EndTokenIds { get; init; }

    /// <summary>The id that pads, or null.</summary>
    public required int? PadTokenId { get; init; }

    /// <summary>The format the weights are said to have; each tensor's own header decides.</summary>
    public required WeightDType? DeclaredDType { get; init; }

    /// <summary>All fields, for what only one family reads.</summary>
    public required JsonFields Fields { get; init; }

    /// <summary>The sliding window of a layer, or null where it sees all positions.</summary>
    /// <param name="layer">The layer, from 0.</param>
    public int? WindowOfLayer(int layer)
    {
        if (!LayerKinds.IsEmpty)
        {
            return LayerKinds[layer] == LayerKind.SlidingAttention ? SlidingWindow : null;
        }

        return MaxWindowLayers is { } firstSliding && layer < firstSliding ? null : SlidingWindow;
    }
}
