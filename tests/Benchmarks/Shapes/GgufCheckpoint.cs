using System.Globalization;
using Slerp.Engine.Backends;
using Slerp.Engine.Checkpoints;

namespace Slerp.Benchmarks.Shapes;

/// <summary>The same weights for a program that reads GGUF. Its vocabulary is a placeholder: figures are taken on ids.</summary>
internal static class GgufCheckpoint
{
    private const int ControlTokens = 3;

    /// <summary>Writes the file.</summary>
    /// <param name="folder">The checkpoint, Llama family.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="path">The file.</param>
    /// <param name="format">What matrices are written as.</param>
    public static void Write(string folder, CheckpointShape shape, string path, GgufFormat format)
    {
        var config = CheckpointDirectory.Open(folder).Config;
        using var weights = SafetensorsWeights.OpenFolder(folder);
        var plan = TensorPlan.Of(shape)
            .Select(tensor => (Tensor: weights.Get(tensor.Name, tensor.Shape), tensor.Part, Name: Rename(tensor.Name), Format: tensor.Part == "norm" ? GgufFormat.F32 : format))
            .ToList();
        using var file = new GgufStream(path, plan.Count, fields: 19);
        Describe(file, config, shape, format);
        var offset = 0L;
        foreach (var (tensor, part, name, own) in plan)
        {
            int[] dimensions = part == "norm" ? [tensor.Columns] : [tensor.Columns, tensor.Rows];
            file.Tensor(name, dimensions, own.Type, offset);
            offset += (own.RowBytes(tensor.Columns) * tensor.Rows + GgufStream.Alignment - 1) / GgufStream.Alignment * GgufStream.Alignment;
        }

        file.Align();
        foreach (var (tensor, part, _, own) in plan)
        {
            WriteRows(file, tensor, part, shape.HeadSize, own);
            file.Align();
        }
    }

    private static void Describe(GgufStream file, ModelConfig config, CheckpointShape shape, GgufFormat format)
    {
        file.Field("general.architecture", "llama");
        file.Field("general.name", shape.Name);
        file.Field("general.file_type", format.FileType);
        file.Field("general.alignment", (uint)GgufStream.Alignment);
        file.Field("llama.block_count", (uint)shape.Layers);
        file.Field("llama.context_length", (uint)config.MaxPositions);
        file.Field("llama.embedding_length", (uint)shape.Width);
        file.Field("llama.feed_forward_length", (uint)shape.MlpWidth);
        file.Field("llama.attention.head_count", (uint)shape.Heads);
        file.Field("llama.attention.head_count_kv", (uint)shape.KvHeads);
        file.Field("llama.attention.layer_norm_rms_epsilon", (float)config.NormEpsilon);
        file.Field("llama.rope.dimension_count", (uint)shape.HeadSize);
        file.Field("llama.rope.freq_base", (float)config.RopeTheta);
        file.Field("tokenizer.ggml.model", "llama");
        file.Field("tokenizer.ggml.tokens", [.. Enumerable.Range(0, shape.Vocabulary).Select(Spelling)]);
        file.Field("tokenizer.ggml.scores", [.. Enumerable.Range(0, shape.Vocabulary).Select(static id => -(float)id)]);
        file.Field("tokenizer.ggml.token_type", [.. Enumerable.Range(0, shape.Vocabulary).Select(Kind)]);
        file.Field("tokenizer.ggml.bos_token_id", 1u);
        file.Field("tokenizer.ggml.eos_token_id", 2u);
    }

    private static string Spelling(int id) => id switch
    {
        0 => "<unk>",
        1 => "<s>",
        2 => "</s>",
        < ControlTokens + 256 => string.Create(CultureInfo.InvariantCulture, $"<0x{id - ControlTokens:X2}>"),
        _ => string.Create(CultureInfo.InvariantCulture, $"▁t{id}"),
    };

    // The format's token types: 1 normal, 2 unknown, 3 control, 6 byte.
    private static int Kind(int id) => id switch
    {
        0 => 2,
        < ControlTokens => 3,
        < ControlTokens + 256 => 6,
        _ => 1,
    };

    private static string Rename(string name)
    {
        (string From, string To)[] words =
        [
            ("model.embed_tokens", "token_embd"), ("model.norm", "output_norm"), ("lm_head", "output"), ("model.layers", "blk"),
            ("input_layernorm", "attn_norm"), ("post_attention_layernorm", "ffn_norm"), ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"),
            ("self_attn.v_proj", "attn_v"), ("self_attn.o_proj", "attn_output"), ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
        ];
        return words.Aggregate(name, static (text, word) => text.Replace(word.From, word.To, StringComparison.Ordinal));
    }

    private static void WriteRows(GgufStream file, WeightTensor tensor, string part, int headSize, GgufFormat format)
    {
        var values = new float[tensor.Columns];
        var bytes = new byte[format.RowBytes(tensor.Columns)];
        for (var row = 0; row < tensor.Rows; row++)
        {
            tensor.ReadRows(part is "q" or "k" ? Interleaved(row, headSize) : row, 1, values);
            format.Write(values, bytes);
            file.Bytes(bytes);
        }
    }

    // Rotary pairs lie side by side there, half a head apart here.
    private static int Interleaved(int row, int headSize)
    {
        var column = row % headSize;
        return row - column + (column % 2 * headSize / 2) + (column / 2);
    }
}
