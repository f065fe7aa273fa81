using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slerp.Tests.Shared;

/// <summary>Writes a small random checkpoint in the Hugging Face layout: a byte-level tokenizer, a ChatML template, deterministic weights.</summary>
/// <remarks>It says nothing sensible, but it says it like any checkpoint: what is proven on it holds for the loader, the loop and the connector.</remarks>
internal sealed record ToyCheckpoint
{
    public string Architecture { get; init; } = "LlamaForCausalLM";

    public int Layers { get; init; } = 2;

    public int Width { get; init; } = 32;

    public int Heads { get; init; } = 4;

    public int KvHeads { get; init; } = 2;

    public int HeadSize { get; init; } = 8;

    public int MlpWidth { get; init; } = 48;

    public int Context { get; init; } = 256;

    public bool Tied { get; init; } = true;

    public string DType { get; init; } = "F32";

    public int Seed { get; init; } = 1;

    /// <summary>Spread of the logits: higher is surer.</summary>
    public float Sharpness { get; init; } = 4;

    /// <summary>Whether an end token is configured; without it an answer ends at its limit.</summary>
    public bool CanEnd { get; init; }

    /// <summary>Whether its chat template writes tools and their calls, in the Hermes dialect.</summary>
    public bool WritesTools { get; init; }

    /// <summary>Whether its tokenizer puts <see cref="TextEndToken"/> after a text, as those of some embedding models do.</summary>
    public bool EndsTexts { get; init; }

    /// <summary>Changes a tensor's values before they are written, by its name and shape; null leaves them.</summary>
    public Action<string, int[], float[]>? Change { get; init; }

    /// <summary>256 bytes and three control tokens.</summary>
    public const int VocabularySize = 259;

    public const int EndToken = 257;

    public const int TextEndToken = 258;

    /// <summary>Writes the folder.</summary>
    public string Save(TemporaryFolder folder, string name = "toy")
    {
        var path = Path.GetDirectoryName(folder.Path(name, "config.json"))!;
        File.WriteAllText(Path.Combine(path, "config.json"), Config());
        File.WriteAllText(Path.Combine(path, "generation_config.json"), CanEnd ? $$"""{"eos_token_id": [{{EndToken}}]}""" : "{}");
        File.WriteAllText(Path.Combine(path, "tokenizer.json"), Tokenizer());
        File.WriteAllText(Path.Combine(path, "tokenizer_config.json"), JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["chat_template"] = WritesTools ? ToolTemplate + ChatTemplate : ChatTemplate,
            ["eos_token"] = "<|im_end|>",
        }));
        File.WriteAllBytes(Path.Combine(path, "model.safetensors"), Weights());
        return path;
    }

    private const string ToolTemplate =
        "{% if tools %}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{{ '<tool_call>' }}{% endif %}"
        + "{% for message in messages %}{% for call in message.tool_calls or [] %}{{ call.function.name + (call.function.arguments | tojson) }}{% endfor %}{% endfor %}";

    private const string ChatTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private string Config() => new JsonObject
    {
        ["architectures"] = new JsonArray(Architecture),
        ["model_type"] = Architecture.Replace("ForCausalLM", "", StringComparison.Ordinal).ToLowerInvariant(),
        ["hidden_size"] = Width,
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = Heads,
        ["num_key_value_heads"] = KvHeads,
        ["head_dim"] = HeadSize,
        ["intermediate_size"] = MlpWidth,
        ["vocab_size"] = VocabularySize,
        ["max_position_embeddings"] = Context,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000.0,
        ["hidden_act"] = "silu",
        ["tie_word_embeddings"] = Tied,
    }.ToJsonString();

    private string Tokenizer()
    {
        var vocabulary = new JsonObject();
        for (var value = 0; value < 256; value++)
        {
            vocabulary[ByteSpelling(value)] = value;
        }

        var added = new JsonArray();
        string[] control = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"];
        for (var index = 0; index < control.Length; index++)
        {
            added.Add(new JsonObject
            {
                ["id"] = 256 + index,
                ["content"] = control[index],
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = true,
            });
        }

        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = added,
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true },
            ["post_processor"] = EndsTexts ? EndOfText() : null,
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = true, ["trim_offsets"] = true, ["use_regex"] = true },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        }.ToJsonString();
    }

    private static JsonObject EndOfText() => new()
    {
        ["type"] = "TemplateProcessing",
        ["single"] = new JsonArray(
            new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } },
            new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = "<|endoftext|>", ["type_id"] = 0 } }),
        ["pair"] = new JsonArray(),
        ["special_tokens"] = new JsonObject
        {
            ["<|endoftext|>"] = new JsonObject { ["id"] = "<|endoftext|>", ["ids"] = new JsonArray(TextEndToken), ["tokens"] = new JsonArray("<|endoftext|>") },
        },
    };

    // The byte alphabet of byte-level BPE: printable Latin-1 stands for itself, the rest is moved up from U+0100.
    private static string ByteSpelling(int value)
    {
        static bool IsPrintable(int other) => other is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
        return IsPrintable(value)
            ? ((char)value).ToString()
            : ((char)(256 + Enumerable.Range(0, value).Count(static other => !IsPrintable(other)))).ToString();
    }

    private byte[] Weights()
    {
        var writer = new SafetensorsWriter();
        var state = (ulong)Seed * 0x9E3779B97F4A7C15;
        void Add(string name, float spread, float centre, params int[] shape)
        {
            var values = new float[shape.Aggregate(1, static (product, dimension) => product * dimension)];
            foreach (ref var value in values.AsSpan())
            {
                value = centre + (spread * Normal(ref state));
            }

            Change?.Invoke(name, shape, values);
            writer.Add(name, shape, values, DType);
        }

        Add("model.embed_tokens.weight", Sharpness / MathF.Sqrt(Width), 0, VocabularySize, Width);
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            Add(prefix + "input_layernorm.weight", 0.1f, 1, Width);
            Add(prefix + "self_attn.q_proj.weight", 2 / MathF.Sqrt(Width), 0, Heads * HeadSize, Width);
            Add(prefix + "self_attn.k_proj.weight", 2 / MathF.Sqrt(Width), 0, KvHeads * HeadSize, Width);
            Add(prefix + "self_attn.v_proj.weight", 1 / MathF.Sqrt(Width), 0, KvHeads * HeadSize, Width);
            Add(prefix + "self_attn.o_proj.weight", 1 / MathF.Sqrt(Width), 0, Width, Heads * HeadSize);
            if (Architecture.StartsWith("Qwen2", StringComparison.Ordinal))
            {
                Add(prefix + "self_attn.q_proj.bias", 0.5f, 0, Heads * HeadSize);
                Add(prefix + "self_attn.k_proj.bias", 0.5f, 0, KvHeads * HeadSize);
                Add(prefix + "self_attn.v_proj.bias", 0.5f, 0, KvHeads * HeadSize);
            }

            if (Architecture.StartsWith("Qwen3", StringComparison.Ordinal))
            {
                Add(prefix + "self_attn.q_norm.weight", 0.1f, 1, HeadSize);
                Add(prefix + "self_attn.k_norm.weight", 0.1f, 1, HeadSize);
            }

            Add(prefix + "post_attention_layernorm.weight", 0.1f, 1, Width);
            Add(prefix + "mlp.gate_proj.weight", 1 / MathF.Sqrt(Width), 0, MlpWidth, Width);
            Add(prefix + "mlp.up_proj.weight", 1 / MathF.Sqrt(Width), 0, MlpWidth, Width);
            Add(prefix + "mlp.down_proj.weight", 1 / MathF.Sqrt(MlpWidth), 0, Width, MlpWidth);
        }

        Add("model.norm.weight", 0.1f, 1, Width);
        if (!Tied)
        {
            Add("lm_head.weight", Sharpness / MathF.Sqrt(Width), 0, VocabularySize, Width);
        }

        return writer.ToBytes();
    }

    private static float Normal(ref ulong state)
    {
        // Irwin and Hall: twelve uniform numbers are normal enough for weights.
        var sum = 0f;
        for (var index = 0; index < 12; index++)
        {
            state = unchecked((state * 6364136223846793005) + 1442695040888963407);
            sum += (state >> 40) / (float)(1 << 24);
        }

        return sum - 6;
    }
}
