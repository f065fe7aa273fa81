using System.Collections.Immutable;
using Slerp.Engine.Backends;

namespace Slerp.Engine.Checkpoints;

/// <summary>Reads and checks config.json.</summary>
internal static class ModelConfigReader
{
    private const long MaxBytes = 4_000_000;

    private static readonly ImmutableArray<string> KnownActivations =
    [
        "silu", "swish", "gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python", "quick_gelu", "relu", "relu2", "tanh", "sigmoid", "mish",
    ];

    /// <summary>Reads the file.</summary>
    /// <exception cref="CheckpointException">The file is malformed; the message names the field.</exception>
    public static ModelConfig Read(string path, string? name = null, Action<string?, string?>? accept = null) =>
        Parse(new JsonFields(name ?? path, CheckpointJson.ReadObject(path, MaxBytes, name)), accept);

    /// <summary>Checks the fields of a file already read.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="accept">Told the names of architecture and model type before any other field is asked for: another family's fields would only mislead.</param>
    /// <exception cref="CheckpointException">A field is missing or out of range.</exception>
    public static ModelConfig Parse(JsonFields fields, Action<string?, string?>? accept = null)
    {
        var architecture = fields.Texts("architectures") is [var first, ..] ? first : null;
        var modelType = fields.FindText("model_type");
        if (architecture is null && modelType is null)
        {
            throw fields.Refuse("architectures", "is empty and model_type is missing; expected the name of the model's architecture.");
        }

        accept?.Invoke(architecture, modelType);
        RefuseQuantized(fields);
        var hidden = fields.Int32(Either(fields, "hidden_size", "n_embd"), 1, ModelConfigLimits.Hidden);
        var layers = fields.Int32(Either(fields, "num_hidden_layers", "n_layer"), 1, ModelConfigLimits.Layers);
        var heads = fields.Int32(Either(fields, "num_attention_heads", "n_head"), 1, ModelConfigLimits.Heads);
        var vocabulary = fields.Int32("vocab_size", 1, ModelConfigLimits.Vocabulary);
        var positions = fields.Int32(Either(fields, "max_position_embeddings", "n_positions"), 1, ModelConfigLimits.Positions);

        return new ModelConfig
        {
            Architecture = architecture,
            ModelType = modelType,
            HiddenSize = hidden,
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = ReadKeyValueHeads(fields, heads),
            HeadDimension = ReadHeadDimension(fields, hidden, heads),
            IntermediateSize = fields.Int32(Either(fields, "intermediate_size", "ffn_hidden_size", "n_inner"), 1, ModelConfigLimits.Intermediate),
            VocabularySize = vocabulary,
            MaxPositions = positions,
            NormEpsilon = fields.Double(Either(fields, "rms_norm_eps", "layer_norm_epsilon", "layer_norm_eps"), 1e-30, 1),
            RopeTheta = RopeReader.ReadTheta(fields),
            PartialRotaryFactor = RopeReader.ReadPartialFactor(fields),
            RopeScaling = RopeReader.ReadScaling(fields, positions),
            TieWordEmbeddings = fields.FindBoolean("tie_word_embeddings"),
            AttentionBias = fields.FindBoolean("attention_bias") ?? false,
            MlpBias = fields.FindBoolean("mlp_bias") ?? false,
            SlidingWindow = ReadSlidingWindow(fields),
            MaxWindowLayers = fields.FindInt32("max_window_layers", 0, int.MaxValue),
            LayerKinds = ReadLayerKinds(fields, layers),
            Activation = ReadActivation(fields),
            BeginTokenId = fields.FindInt32("bos_token_id", 0, vocabulary - 1),
            EndTokenIds = [.. fields.Int32s("eos_token_id", 0, vocabulary - 1).Distinct()],
            PadTokenId = ReadPadTokenId(fields, vocabulary),
            DeclaredDType = ReadDType(fields),
            Fields = fields,
        };
    }

    /// <summary>The first name that is present, else the first of all, which the error will name.</summary>
    private static string Either(JsonFields fields, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (fields.Has(name))
            {
                return name;
            }
        }

        return names[0];
    }

    private static int ReadKeyValueHeads(JsonFields fields, int heads)
    {
        // Absent means "as many as query heads"; an explicit null is refused, because only a damaged export writes it.
        var count = fields.Has("num_key_value_heads") ? fields.Int32("num_key_value_heads", 1, ModelConfigLimits.Heads) : heads;
        return heads % count == 0
            ? count
            : throw fields.Refuse("num_key_value_heads", $"is {count}; expected a divisor of num_attention_heads = {heads}.");
    }

    private static int ReadHeadDimension(JsonFields fields, int hidden, int heads)
    {
        if (fields.FindInt32("head_dim", 1, ModelConfigLimits.HeadDimension) is { } given)
        {
            return given % 2 == 0
                ? given
                : throw fields.Refuse("head_dim", $"is {given}; expected an even number, because rotary positions turn pairs.");
        }

        return hidden % heads == 0 && hidden / heads % 2 == 0 && hidden / heads <= ModelConfigLimits.HeadDimension
            ? hidden / heads
            : throw fields.Refuse(
                "num_attention_heads",
                $"is {heads}; without head_dim, hidden_size = {hidden} divided by it must be an even number up to {ModelConfigLimits.HeadDimension}.");
    }

    private static int? ReadSlidingWindow(JsonFields fields)
    {
        var window = fields.FindInt32("sliding_window", 1, int.MaxValue);
        return fields.FindBoolean("use_sliding_window") == false ? null : window;
    }

    private static ImmutableArray<LayerKind> ReadLayerKinds(JsonFields fields, int layers)
    {
        var names = fields.Texts("layer_types");
        if (names.Count != 0 && names.Count != layers)
        {
            throw fields.Refuse("layer_types", $"has {names.Count} entries; expected one for each of num_hidden_layers = {layers}.");
        }

        return
        [
            .. names.Select(name => name switch
            {
                "full_attention" => LayerKind.FullAttention,
                "sliding_attention" => LayerKind.SlidingAttention,
                _ => throw fields.Refuse("layer_types", $"names \"{Excerpt.Of(name)}\"; expected full_attention or sliding_attention."),
            }),
        ];
    }

    private static string ReadActivation(JsonFields fields)
    {
        var field = Either(fields, "hidden_act", "hidden_activation", "activation_function", "activation");
        var name = fields.FindText(field) ?? "silu";
        return KnownActivations.Contains(name)
            ? name
            : throw fields.Refuse(field, $"is \"{Excerpt.Of(name)}\"; expected one of {string.Join(", ", KnownActivations)}.");
    }

    // Some exports write -1 for "no padding".
    private static int? ReadPadTokenId(JsonFields fields, int vocabulary) =>
        fields.FindInt32("pad_token_id", -1, vocabulary - 1) is { } id and >= 0 ? id : null;

    private static WeightDType? ReadDType(JsonFields fields)
    {
        var field = Either(fields, "torch_dtype", "dtype");
        return fields.FindText(field) switch
        {
            null => null,
            "float32" => WeightDType.F32,
            "float16" => WeightDType.F16,
            "bfloat16" => WeightDType.BF16,
            { } other => throw fields.Refuse(field, $"is \"{Excerpt.Of(other)}\"; expected float32, float16 or bfloat16. Convert the checkpoint."),
        };
    }

    private static void RefuseQuantized(JsonFields fields)
    {
        if (fields.FindObject("quantization_config") is { } quantization)
        {
            var method = quantization.FindText("quant_method") ?? "unknown";
            throw fields.Refuse(
                "quantization_config",
                $"says the weights are quantized ({Excerpt.Of(method)}); expected F32, F16 or BF16 weights. Use the original checkpoint.");
        }
    }
}
