using System.Text.Json.Nodes;

namespace Slerp.Tests.Shared;

/// <summary>Writes a small random LoRA adapter in PEFT's layout for a checkpoint, and that checkpoint with the adapter merged beforehand.</summary>
/// <remarks>Factors are few small multiples of powers of two, and so is the scale: their product is exact in any order, and merging has one right result.</remarks>
internal sealed record ToyAdapter
{
    /// <summary>The base, of which the dimensions count.</summary>
    public ToyCheckpoint Model { get; init; } = new();

    public int Rank { get; init; } = 4;

    public int Alpha { get; init; } = 8;

    public bool IsRankStabilised { get; init; }

    public int Seed { get; init; } = 5;

    /// <summary>The adapted modules, by the last part of their names.</summary>
    public IReadOnlyList<string> Targets { get; init; } = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    public string DType { get; init; } = "F32";

    /// <summary>Changes the configuration before it is written.</summary>
    public Action<JsonObject> Configure { get; init; } = static _ => { };

    /// <summary>Adds to the tensors before they are written.</summary>
    public Action<SafetensorsWriter> Extend { get; init; } = static _ => { };

    private double Scale => IsRankStabilised ? Alpha / Math.Sqrt(Rank) : (double)Alpha / Rank;

    /// <summary>Writes the folder.</summary>
    public string Save(TemporaryFolder folder, string name = "adapter")
    {
        var path = Path.GetDirectoryName(folder.Path(name, "adapter_config.json"))!;
        var config = new JsonObject
        {
            ["base_model_name_or_path"] = "somewhere/toy",
            ["bias"] = "none",
            ["init_lora_weights"] = true,
            ["lora_alpha"] = Alpha,
            ["modules_to_save"] = null,
            ["peft_type"] = "LORA",
            ["r"] = Rank,
            ["rank_pattern"] = new JsonObject(),
            ["target_modules"] = new JsonArray([.. Targets.Select(static target => (JsonNode)target)]),
            ["task_type"] = "CAUSAL_LM",
            ["use_dora"] = false,
            ["use_rslora"] = IsRankStabilised,
        };
        Configure(config);
        File.WriteAllText(Path.Combine(path, "adapter_config.json"), config.ToJsonString());
        var writer = new SafetensorsWriter();
        foreach (var (module, rows, columns) in Modules())
        {
            writer.Add($"base_model.model.{module}.lora_A.weight", [Rank, columns], Factor(module, 'A', Rank * columns), DType);
            writer.Add($"base_model.model.{module}.lora_B.weight", [rows, Rank], Factor(module, 'B', rows * Rank), DType);
        }

        Extend(writer);
        writer.Save(Path.Combine(path, "adapter_model.safetensors"));
        return path;
    }

    /// <summary>Writes the base with the updates merged in double precision, in the base's own format.</summary>
    public string SaveMerged(TemporaryFolder folder, string name = "merged") => (Model with { Change = Merge }).Save(folder, name);

    private void Merge(string name, int[] shape, float[] values)
    {
        var found = Modules().FirstOrDefault(module => module.Name + ".weight" == name);
        if (found.Name is null)
        {
            return;
        }

        var (a, b) = (Factor(found.Name, 'A', Rank * found.Columns), Factor(found.Name, 'B', found.Rows * Rank));
        for (var index = 0; index < values.Length; index++)
        {
            var (row, column) = (index / found.Columns, index % found.Columns);
            var sum = 0.0;
            for (var k = 0; k < Rank; k++)
            {
                sum += (double)b[(row * Rank) + k] * a[(k * found.Columns) + column];
            }

            // What the file of the base holds is rounded before anybody can add to it.
            values[index] = (float)(Stored(values[index]) + (Scale * sum));
        }
    }

    private float Stored(float value) => Model.DType switch
    {
        "BF16" => BitConverter.UInt32BitsToSingle((uint)SafetensorsWriter.ToBFloat16(value) << 16),
        "F16" => (float)(Half)value,
        _ => value,
    };

    private IEnumerable<(string Name, int Rows, int Columns)> Modules()
    {
        for (var layer = 0; layer < Model.Layers; layer++)
        {
            foreach (var target in Targets.Where(static target => target != "lm_head"))
            {
                var (part, rows, columns) = target switch
                {
                    "q_proj" => ("self_attn", Model.Heads * Model.HeadSize, Model.Width),
                    "k_proj" or "v_proj" => ("self_attn", Model.KvHeads * Model.HeadSize, Model.Width),
                    "o_proj" => ("self_attn", Model.Width, Model.Heads * Model.HeadSize),
                    "gate_proj" or "up_proj" => ("mlp", Model.MlpWidth, Model.Width),
                    "down_proj" => ("mlp", Model.Width, Model.MlpWidth),
                    _ => throw new ArgumentException($"The toy has no module '{target}'."),
                };
                yield return ($"model.layers.{layer}.{part}.{target}", rows, columns);
            }
        }

        if (Targets.Contains("lm_head"))
        {
            yield return ("lm_head", ToyCheckpoint.VocabularySize, Model.Width);
        }
    }

    private float[] Factor(string module, char factor, int count)
    {
        // FNV-1a over the name: every factor of every module is another one.
        var state = 14695981039346656037 ^ (ulong)Seed;
        foreach (var letter in module + factor)
        {
            state = unchecked((state ^ letter) * 1099511628211);
        }

        var values = new float[count];
        foreach (ref var value in values.AsSpan())
        {
            state = unchecked((state * 6364136223846793005) + 1442695040888963407);
            value = ((int)(state >> 60) - 8) / 64f;
        }

        return values;
    }
}
