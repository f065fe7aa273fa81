using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Drafting.MlpSpeculator;

/// <summary>config.json of a speculator in the layout it is published in. Checked before anything is allocated. Immutable.</summary>
internal sealed record SpeculatorConfig
{
    private const string FileName = "config.json";
    private const string ModelType = "mlp_speculator";
    private const long MaxBytes = 1_000_000;
    private const int MaxHeads = 16;
    private const int MaxTopK = 64;

    /// <summary>Width d of the target's residual stream (emb_dim).</summary>
    public required int TargetWidth { get; init; }

    /// <summary>Width h of the speculator's state (inner_dim; 0 means d).</summary>
    public required int InnerWidth { get; init; }

    /// <summary>Ids of the vocabulary V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Stages n: tokens it can see ahead (n_predict).</summary>
    public required int Stages { get; init; }

    /// <summary>Whether the stages share their weights (tie_weights, or tie_wts): all but the first stage's projection.</summary>
    public required bool AreTied { get; init; }

    /// <summary>Whether the target's row is normalised before the first stage (scale_input).</summary>
    public required bool ScalesInput { get; init; }

    /// <summary>Candidates of each stage (top_k_tokens_per_head).</summary>
    public required IReadOnlyList<int> TopK { get; init; }

    /// <summary>Paths followed from stage to stage (n_candidates).</summary>
    public required int Paths { get; init; }

    /// <summary>Reads and checks the file.</summary>
    /// <exception cref="CheckpointException">It is missing, malformed, or says what cannot be.</exception>
    public static SpeculatorConfig Read(string folder)
    {
        var name = Path.Combine(folder, FileName);
        var path = CheckpointPath.Find(folder, FileName)
            ?? throw new CheckpointException(folder, $"the folder holds no {FileName}; expected an MLP speculator ({FileName} and model.safetensors).");
        var fields = new JsonFields(name, CheckpointJson.ReadObject(path, MaxBytes, name));
        if (fields.FindText("model_type") is { } type && type != ModelType)
        {
            throw fields.Refuse("model_type", $"is '{type}'; expected '{ModelType}'. This is not an MLP speculator.");
        }

        var width = fields.Int32("emb_dim", 1, ModelConfigLimits.Hidden);
        var inner = fields.FindInt32("inner_dim", 0, ModelConfigLimits.Hidden) ?? 0;
        var stages = fields.Int32("n_predict", 1, MaxHeads);
        var areTied = fields.FindBoolean("tie_weights") ?? fields.FindBoolean("tie_wts") ?? false;
        if (areTied && stages < 2)
        {
            throw fields.Refuse("tie_weights", $"is true with n_predict {stages}; expected at least two stages to share weights.");
        }

        return new SpeculatorConfig
        {
            TargetWidth = width,
            InnerWidth = inner == 0 ? width : inner,
            VocabularySize = fields.Int32("vocab_size", 1, ModelConfigLimits.Vocabulary),
            Stages = stages,
            AreTied = areTied,
            ScalesInput = fields.FindBoolean("scale_input") ?? false,
            TopK = ReadTopK(fields, stages),
            Paths = fields.FindInt32("n_candidates", 1, MaxTopK) ?? 5,
        };
    }

    /// <summary>Refuses a speculator of another model.</summary>
    /// <exception cref="CheckpointException">Width or vocabulary are not the target's.</exception>
    public void RequireFits(string folder, int width, int vocabularySize)
    {
        if (TargetWidth != width || VocabularySize != vocabularySize)
        {
            throw new CheckpointException(
                folder,
                $"the speculator was made for a model of width {TargetWidth} and {VocabularySize} ids; this model has width {width} and {vocabularySize} ids. "
                + "Use the speculator of this checkpoint.");
        }
    }

    private static IReadOnlyList<int> ReadTopK(JsonFields fields, int stages)
    {
        var given = fields.Int32s("top_k_tokens_per_head", 1, MaxTopK);
        if (given.Count > 0 && given.Count != stages)
        {
            throw fields.Refuse("top_k_tokens_per_head", $"has {given.Count} entries; expected n_predict = {stages}.");
        }

        // The published default for the first stages; later ones are narrower.
        return given.Count > 0 ? given : [.. Enumerable.Range(0, stages).Select(static stage => Math.Max(2, 5 - stage))];
    }
}
