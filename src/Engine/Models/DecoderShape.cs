using Slerp.Engine.Backends;
using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Models;

/// <summary>What a family reads from config.json: everything a Llama-shaped decoder can differ in. Immutable.</summary>
internal sealed record DecoderShape
{
    /// <summary>Blocks, which are also the applied layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Width d of the residual stream.</summary>
    public required int Width { get; init; }

    /// <summary>Division of the projections into heads.</summary>
    public required HeadShape Heads { get; init; }

    /// <summary>Inner width f of the MLP.</summary>
    public required int MlpWidth { get; init; }

    /// <summary>Ids of the vocabulary V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Most positions the model was made for.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Whether a row depends on how long the prompt was, not on the tokens before it alone: then rows of one prompt serve no other.</summary>
    public bool RowsDependOnLength => RopeScaling is RopeScaling.DynamicNtk dynamic && dynamic.OriginalContext < MaxPositions;

    /// <summary>eps of every norm.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public required double RopeTheta { get; init; }

    /// <summary>How positions are stretched.</summary>
    public required RopeScaling RopeScaling { get; init; }

    /// <summary>Whether the head is the embedding table.</summary>
    public required bool TiedHead { get; init; }

    /// <summary>Whether q, k and v have biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether the attention output has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether each query and key head is normalised before rotation.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Positions each layer sees, itself included; 0 for all.</summary>
    public required IReadOnlyList<int> Windows { get; init; }

    /// <summary>Weights of all matrices, the embedding counted once where the head is tied to it.</summary>
    public long Parameters =>
        (Layers * ((2L * Width * Heads.QueryColumns) + (2L * Width * Heads.KvColumns) + (3L * Width * MlpWidth)))
        + ((TiedHead ? 1L : 2L) * VocabularySize * Width);

    /// <summary>What every family of this kind shares.</summary>
    /// <exception cref="UnsupportedModelException">The checkpoint needs a feature this decoder does not compute.</exception>
    public static DecoderShape Read(ModelConfig config, bool tiedByDefault)
    {
        Require(config.Activation is "silu" or "swish", "hidden_act", config.Activation, "silu");
        Require(config.PartialRotaryFactor == 1, "partial_rotary_factor", config.PartialRotaryFactor, "1");
        Require(!config.MlpBias, "mlp_bias", config.MlpBias, "false");
        var windows = new int[config.LayerCount];
        for (var layer = 0; layer < windows.Length; layer++)
        {
            windows[layer] = config.WindowOfLayer(layer) ?? 0;
        }

        return new DecoderShape
        {
            Layers = config.LayerCount,
            Width = config.HiddenSize,
            Heads = new HeadShape(config.HeadCount, config.KeyValueHeadCount, config.HeadDimension),
            MlpWidth = config.IntermediateSize,
            VocabularySize = config.VocabularySize,
            MaxPositions = config.MaxPositions,
            NormEpsilon = (float)config.NormEpsilon,
            RopeTheta = config.RopeTheta,
            RopeScaling = config.RopeScaling,
            TiedHead = config.TieWordEmbeddings ?? tiedByDefault,
            Windows = windows,
        };
    }

    private static void Require(bool holds, string field, object value, string known)
    {
        if (!holds)
        {
            throw new UnsupportedModelException(
                $"config.json asks for {field} = {value}; this decoder computes {field} = {known}. Use a checkpoint of a supported family.");
        }
    }
}
