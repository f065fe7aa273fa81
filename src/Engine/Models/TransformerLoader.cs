using Slerp.Engine.Backends;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Layers;

namespace Slerp.Engine.Models;

/// <summary>Builds a <see cref="Transformer"/> from named weights in the Hugging Face layout.</summary>
/// <remarks>Owns the packed matrices: disposing it frees them, whether or not the load came to its end. Whoever takes the model over disposes either.</remarks>
internal sealed class TransformerLoader(DecoderShape shape, IWeightSource weights, IComputeBackend backend, WeightFormat format) : IDisposable
{
    private readonly List<Matrix> _matrices = [];

    /// <summary>Every matrix packed so far.</summary>
    public IReadOnlyList<Matrix> Matrices => _matrices;

    /// <summary>Packs all weights, in file order where possible.</summary>
    /// <param name="packed">Told the checkpoint bytes packed since the last call; may be null.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <exception cref="CheckpointException">A weight is missing or has another shape.</exception>
    public Transformer Load(Action<long>? packed, CancellationToken cancellationToken)
    {
        var embeddingWeight = weights.Get("model.embed_tokens.weight", shape.VocabularySize, shape.Width);
        var embedding = shape.TiedHead ? LoadHead(packed, embeddingWeight) : LoadMatrix(packed, embeddingWeight);
        var blocks = new DecoderBlock[shape.Layers];
        for (var layer = 0; layer < blocks.Length; layer++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            blocks[layer] = LoadBlock(layer, packed);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var norm = Norm("model.norm.weight", shape.Width);
        // Some tied checkpoints still carry a copy of the table as the head; the configuration decides.
        var head = shape.TiedHead ? embedding : LoadHead(packed, weights.Get("lm_head.weight", shape.VocabularySize, shape.Width));
        return new Transformer(shape, backend, embedding, blocks, norm, head, LayerMask.None(shape.Layers));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var matrix in _matrices)
        {
            matrix.Dispose();
        }
    }

    private DecoderBlock LoadBlock(int layer, Action<long>? packed)
    {
        var prefix = $"model.layers.{layer}.";
        var heads = shape.Heads;
        var q = weights.Get(prefix + "self_attn.q_proj.weight", heads.QueryColumns, shape.Width);
        var k = weights.Get(prefix + "self_attn.k_proj.weight", heads.KvColumns, shape.Width);
        var v = weights.Get(prefix + "self_attn.v_proj.weight", heads.KvColumns, shape.Width);
        var o = weights.Get(prefix + "self_attn.o_proj.weight", shape.Width, heads.QueryColumns);
        var gate = weights.Get(prefix + "mlp.gate_proj.weight", shape.MlpWidth, shape.Width);
        var up = weights.Get(prefix + "mlp.up_proj.weight", shape.MlpWidth, shape.Width);
        var down = weights.Get(prefix + "mlp.down_proj.weight", shape.Width, shape.MlpWidth);
        var gateUp = Keep(backend.LoadGatedMatrix(gate, up, format), packed, gate, up);
        return new DecoderBlock
        {
            AttentionNorm = Norm(prefix + "input_layernorm.weight", shape.Width),
            Attention = new Attention
            {
                Heads = heads,
                Window = shape.Windows[layer],
                QueryKeyValue = new Linear(LoadMatrix(packed, q, k, v), shape.QueryKeyValueBias ? QueryKeyValueBias(prefix) : null),
                Output = new Linear(LoadMatrix(packed, o), shape.OutputBias ? Vector(prefix + "self_attn.o_proj.bias", shape.Width) : null),
                QueryNorm = shape.QueryKeyNorm ? Norm(prefix + "self_attn.q_norm.weight", heads.HeadSize) : null,
                KeyNorm = shape.QueryKeyNorm ? Norm(prefix + "self_attn.k_norm.weight", heads.HeadSize) : null,
            },
            MlpNorm = Norm(prefix + "post_attention_layernorm.weight", shape.Width),
            Mlp = new GatedMlp(gateUp, new Linear(LoadMatrix(packed, down), null)),
        };
    }

    private Tensor QueryKeyValueBias(string prefix) => backend.LoadVector(
    [
        weights.Get(prefix + "self_attn.q_proj.bias", shape.Heads.QueryColumns),
        weights.Get(prefix + "self_attn.k_proj.bias", shape.Heads.KvColumns),
        weights.Get(prefix + "self_attn.v_proj.bias", shape.Heads.KvColumns),
    ]);

    private Matrix LoadHead(Action<long>? packed, WeightTensor weight) => Keep(backend.LoadHead(weight, format), packed, weight);

    private Matrix LoadMatrix(Action<long>? packed, params WeightTensor[] parts) => Keep(backend.LoadMatrix(parts, format), packed, parts);

    private Matrix Keep(Matrix matrix, Action<long>? packed, params WeightTensor[] parts)
    {
        _matrices.Add(matrix);
        packed?.Invoke(parts.Sum(static part => part.ByteLength));
        return matrix;
    }

    private RmsNorm Norm(string name, int width) => new(Vector(name, width), shape.NormEpsilon);

    private Tensor Vector(string name, int width) => backend.LoadVector([weights.Get(name, width)]);
}
