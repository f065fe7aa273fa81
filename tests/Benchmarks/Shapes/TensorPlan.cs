namespace Slerp.Benchmarks.Shapes;

/// <summary>The matrices and vectors of a Llama-shaped checkpoint, by their Hugging Face names, in file order.</summary>
internal static class TensorPlan
{
    /// <summary>Names and shapes, with the layer each belongs to (-1 outside the blocks) and its part in it.</summary>
    public static IEnumerable<(string Name, int[] Shape, int Layer, string Part)> Of(CheckpointShape shape)
    {
        yield return ("model.embed_tokens.weight", [shape.Vocabulary, shape.Width], -1, "embed");
        var (query, kv) = (shape.Heads * shape.HeadSize, shape.KvHeads * shape.HeadSize);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            yield return (prefix + "input_layernorm.weight", [shape.Width], layer, "norm");
            yield return (prefix + "self_attn.q_proj.weight", [query, shape.Width], layer, "q");
            yield return (prefix + "self_attn.k_proj.weight", [kv, shape.Width], layer, "k");
            yield return (prefix + "self_attn.v_proj.weight", [kv, shape.Width], layer, "v");
            yield return (prefix + "self_attn.o_proj.weight", [shape.Width, query], layer, "o");
            yield return (prefix + "post_attention_layernorm.weight", [shape.Width], layer, "norm");
            yield return (prefix + "mlp.gate_proj.weight", [shape.MlpWidth, shape.Width], layer, "gate");
            yield return (prefix + "mlp.up_proj.weight", [shape.MlpWidth, shape.Width], layer, "up");
            yield return (prefix + "mlp.down_proj.weight", [shape.Width, shape.MlpWidth], layer, "down");
        }

        yield return ("model.norm.weight", [shape.Width], -1, "norm");
        if (!shape.Tied)
        {
            yield return ("lm_head.weight", [shape.Vocabulary, shape.Width], -1, "head");
        }
    }
}
