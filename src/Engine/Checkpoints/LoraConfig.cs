using System.Collections.Immutable;
using System.Text.Json;

namespace Slerp.Engine.Checkpoints;

/// <summary>adapter_config.json of a PEFT low-rank adapter, as far as it changes the arithmetic.</summary>
/// <remarks>
/// Variants that change the formula (DoRA, biases, patterns of ranks, …) are refused by name. The base model's path in the file is never opened.
/// </remarks>
internal sealed record LoraConfig
{
    /// <summary>The file's name.</summary>
    public const string FileName = "adapter_config.json";

    /// <summary>What to do with an adapter that the engine cannot merge.</summary>
    public const string Remedy = "Merge the adapter into its base with the library that trained it, and load the result.";

    private const long MaxBytes = 4_000_000;

    private const int MaxRank = 1 << 16;

    // What else has been trained or replaced, or when the update counts; each is absent, null, false or empty in a plain adapter.
    private static readonly ImmutableArray<string> Extras =
    [
        "use_dora", "fan_in_fan_out", "lora_bias", "use_qalora", "use_bdlora", "rank_pattern", "alpha_pattern", "modules_to_save", "target_parameters",
        "trainable_token_indices", "layer_replication", "alora_invocation_tokens", "arrow_config",
    ];

    // Beginnings that leave the base's weights as they are. Others (PiSSA, OLoRA, LoftQ, CorDA) train against a base they have changed first.
    private static readonly ImmutableArray<string> PlainBeginnings = ["gaussian", "eva", "orthogonal"];

    /// <summary>r: rows of A, columns of B.</summary>
    public required int Rank { get; init; }

    /// <summary>What multiplies B·A: alpha / r, or alpha / √r for rank-stabilised adapters.</summary>
    public required double Scale { get; init; }

    /// <summary>The last parts of the names of the modules that are adapted; empty where the file gives a pattern instead of a list.</summary>
    public required ImmutableArray<string> TargetModules { get; init; }

    /// <summary>The model it was trained on, as the file names it: a name, or a path of another machine; null where it names none.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Reads the file.</summary>
    /// <exception cref="CheckpointException">The file is malformed or asks for a variant that is not supported.</exception>
    public static LoraConfig Read(string path, string? name = null) =>
        Parse(new JsonFields(name ?? path, CheckpointJson.ReadObject(path, MaxBytes, name)));

    /// <summary>Checks the fields of a file already read.</summary>
    public static LoraConfig Parse(JsonFields fields)
    {
        RequireText(fields, "peft_type", "LORA", mayBeAbsent: false);
        RequireText(fields, "task_type", "CAUSAL_LM", mayBeAbsent: true);
        RequireText(fields, "bias", "none", mayBeAbsent: true);
        foreach (var (name, value) in fields.Pairs())
        {
            if (Extras.Contains(name) && HasContent(value))
            {
                throw fields.Refuse(name, $"is set; the engine reads plain low-rank updates of one rank and nothing else. {Remedy}");
            }

            if (name == "init_lora_weights" && value.ValueKind == JsonValueKind.String && !PlainBeginnings.Contains(value.GetString()!))
            {
                throw fields.Refuse(
                    name, $"is \"{Excerpt.Of(value.GetString()!)}\", which trains against a base that was changed first: the update does not belong to the published weights. {Remedy}");
            }
        }

        var rank = fields.Int32("r", 1, MaxRank);
        var alpha = fields.Double("lora_alpha", 1e-6, 1e6);
        return new LoraConfig
        {
            Rank = rank,
            Scale = fields.FindBoolean("use_rslora") == true ? alpha / Math.Sqrt(rank) : alpha / rank,
            TargetModules = ReadTargets(fields),
            BaseModel = fields.FindText("base_model_name_or_path") is { Length: > 0 } named ? Excerpt.Of(named) : null,
        };
    }

    private static void RequireText(JsonFields fields, string name, string expected, bool mayBeAbsent)
    {
        var found = fields.FindText(name);
        if (found != expected && !(mayBeAbsent && found is null))
        {
            throw fields.Refuse(name, $"is {(found is null ? "missing" : $"\"{Excerpt.Of(found)}\"")}; expected {expected}. {Remedy}");
        }
    }

    private static ImmutableArray<string> ReadTargets(JsonFields fields)
    {
        foreach (var (name, value) in fields.Pairs())
        {
            if (name == "target_modules" && value.ValueKind == JsonValueKind.String)
            {
                return [];
            }
        }

        ImmutableArray<string> targets = [.. fields.Texts("target_modules")];
        return targets.IsEmpty ? throw fields.Refuse("target_modules", "is missing or empty; expected the names of the adapted modules.") : targets;
    }

    private static bool HasContent(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => false,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        JsonValueKind.Array => value.GetArrayLength() > 0,
        _ => true,
    };
}
