using System.Text.Json.Nodes;

namespace Slerp.Benchmarks.Shapes;

/// <summary>The small files of a checkpoint folder.</summary>
internal static class CheckpointFolder
{
    private static readonly string[] TokenizerFiles = ["tokenizer.json", "tokenizer_config.json", "tokenizer.model", "chat_template.jinja", "special_tokens_map.json"];

    /// <summary>Copies what turns text into ids.</summary>
    public static void CopyTokenizer(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var name in TokenizerFiles.Where(name => File.Exists(Path.Combine(source, name))))
        {
            File.Copy(Path.Combine(source, name), Path.Combine(target, name), overwrite: true);
        }
    }

    /// <summary>The fields of config.json that a shape decides.</summary>
    public static JsonObject Config(CheckpointShape shape, int positions, double epsilon) => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["hidden_size"] = shape.Width,
        ["num_hidden_layers"] = shape.Layers,
        ["num_attention_heads"] = shape.Heads,
        ["num_key_value_heads"] = shape.KvHeads,
        ["head_dim"] = shape.HeadSize,
        ["intermediate_size"] = shape.MlpWidth,
        ["vocab_size"] = shape.Vocabulary,
        ["max_position_embeddings"] = positions,
        ["rms_norm_eps"] = epsilon,
        ["hidden_act"] = "silu",
        ["tie_word_embeddings"] = shape.Tied,
    };

    /// <summary>Writes config.json.</summary>
    public static void WriteConfig(string folder, JsonObject config) => WriteJson(folder, "config.json", config);

    /// <summary>Writes a JSON file.</summary>
    public static void WriteJson(string folder, string name, JsonObject content) =>
        File.WriteAllText(Path.Combine(folder, name), content.ToJsonString());
}
