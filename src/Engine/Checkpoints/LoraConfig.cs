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

    private const long MaxBytes = 4_000_000;

    private const int MaxRank = 1 << 16;

    /// <summary>r: rows of A, columns of B.</summary>
    public required int Rank { get; init; }

    /// <summary>What multiplies B·A: alpha / r, or alpha / √r for rank-stabilised adapters.</summary>
    public required double Scale { get; init; }

    /// <summary>The last parts of the names of the modules that are adapted; empty where the file gives a pattern instead of a list.</summary>
    public required ImmutableArray<string> TargetModules { get; init; }

    /// <summary>Reads the file.</summary>
    /// <exception cref="CheckpointException">The file is malformed or asks for a variant that is not supported.</exception>
    public static LoraConfig Read(string path, string? name = null) =>
        Parse(new JsonFields(name ?? path, CheckpointJson.ReadObject(path, MaxBytes, name)));

    /// <summary>Checks the fields of a file already read.</summary>
    public static LoraConfig Parse(JsonFields fields)
    {
        if (fields.FindText("peft_type") != "LORA")
        {
            throw fields.Refuse("peft_type", $"is \"{Excerpt.Of(fields.FindText("peft_type") ?? string.Empty)}\"; expected LORA.");
        }

        if (fields.FindText("bias") is { } bias && bias != "none")
        {
            throw fields.Refuse("bias", $"is \"{Excerpt.Of(bias)}\"; the engine supports none.");
        }

        foreach (var flag in (ReadOnlySpan<string>)["use_dora", "fan_in_fan_out", "lora_bias"])
        {
            if (fields.FindBoolean(flag) == true)
            {
                throw fields.Refuse(flag, "is true; the engine supports false. Merge the adapter into its base with its own library first.");
            }
        }

        RefuseContent(fields, ["rank_pattern", "alpha_pattern", "modules_to_save", "target_parameters"]);
        var rank = fields.Int32("r", 1, MaxRank);
        var alpha = fields.Double("lora_alpha", 1e-6, 1e6);
        return new LoraConfig
        {
            Rank = rank,
            Scale = fields.FindBoolean("use_rslora") == true ? alpha / Math.Sqrt(rank) : alpha / rank,
            TargetModules = ReadTargets(fields),
        };
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

    private static void RefuseContent(JsonFields fields, ReadOnlySpan<string> names)
    {
        foreach (var (name, value) in fields.Pairs())
        {
            var isEmpty = value.ValueKind switch
            {
                JsonValueKind.Null => true,
                JsonValueKind.Object => !value.EnumerateObject().Any(),
                JsonValueKind.Array => value.GetArrayLength() == 0,
                _ => false,
            };
            if (!isEmpty && names.Contains(name))
            {
                throw fields.Refuse(name, "is not empty; the engine supports one rank for all modules and no other trained parts.");
            }
        }
    }
}
