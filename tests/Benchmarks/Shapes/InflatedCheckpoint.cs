using System.Text.Json.Nodes;
using Slerp.Engine.Backends;
using Slerp.Engine.Checkpoints;

namespace Slerp.Benchmarks.Shapes;

/// <summary>Embeds a small Llama-shaped model in a larger shape without changing the function it computes: real language at a real model's cost.</summary>
/// <remarks>
/// <para>Residual stream: the small coordinates are the first d of D. What writes to the stream has zero rows beyond d, so what reads beyond d reads zeros.</para>
/// <para>RMSNorm divides by the mean over D: w' = w·√(d/D), eps' = eps·d/D.  Heads: <see cref="HeadMap"/>; query rows times √(h'/h).</para>
/// <para>Other heads and MLP rows are random with zero columns in o_proj and down_proj; further layers are random with both of these zero.</para>
/// <para>Vocabulary: further rows repeat one row. Their logits equal that row's, and of equal logits the lowest id wins: no greedy id changes.
/// The row is one that ranks low (<see cref="QuietRow"/>), so that lists of candidates do not fill with copies.</para>
/// <para>Accuracy: equal functions; sums over zeros are exact, so F32 logits differ only by how √(d/D) rounds. Sampling sees the copies' share of the mass.</para>
/// </remarks>
internal sealed class InflatedCheckpoint
{
    private const float Magnitude = 0.02f;

    private readonly CheckpointShape _small;
    private readonly CheckpointShape _large;
    private readonly HeadMap _heads;
    private readonly SmallWeights _weights;
    private readonly WeightDType _dtype;
    private readonly int _repeated;

    private InflatedCheckpoint(string source, CheckpointShape small, CheckpointShape large)
    {
        _small = small;
        _large = large;
        _heads = new HeadMap(small, large);
        _weights = new SmallWeights(source);
        _repeated = large.Vocabulary > small.Vocabulary ? QuietRow.Find(source) : -1;
        using var weights = SafetensorsWeights.OpenFolder(source);
        var stored = weights.Get("model.embed_tokens.weight", small.Vocabulary, small.Width).DType;
        // BF16 stays BF16 where the query scale is a power of two, which keeps every bit.
        _dtype = stored == WeightDType.BF16 && float.IsInteger(MathF.Log2(_heads.QueryScale)) ? WeightDType.BF16 : WeightDType.F32;
    }

    /// <summary>Writes the folder.</summary>
    /// <param name="source">The small checkpoint: Llama family, no biases.</param>
    /// <param name="shape">The shape to embed it in; at least as large in every dimension.</param>
    /// <param name="target">The folder to write.</param>
    /// <param name="written">Told the bytes written since the last call.</param>
    /// <exception cref="ArgumentException">The small model does not fit the shape.</exception>
    public static void Write(string source, CheckpointShape shape, string target, Action<long>? written = null)
    {
        var config = CheckpointDirectory.Open(source).Config;
        var small = CheckpointShape.Read(source, Path.GetFileName(source));
        RequireFit(config, small, shape);
        var inflated = new InflatedCheckpoint(source, small, shape);
        CheckpointFolder.CopyTokenizer(source, target);
        CheckpointFolder.WriteConfig(target, Config(source, config, small, shape));
        if (File.Exists(Path.Combine(source, "generation_config.json")))
        {
            File.Copy(Path.Combine(source, "generation_config.json"), Path.Combine(target, "generation_config.json"), overwrite: true);
        }

        SafetensorsStream.Write(
            Path.Combine(target, "model.safetensors"),
            [.. TensorPlan.Of(shape).Select((tensor, index) => inflated.Plan(tensor.Name, tensor.Shape, tensor.Layer, tensor.Part, (ulong)index + 1))],
            written);
    }

    private static JsonObject Config(string source, ModelConfig config, CheckpointShape small, CheckpointShape shape)
    {
        var own = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!;
        // Rows below the small model's limit stay as they are; scaled angles may depend on that limit, plain ones do not.
        var positions = config.RopeScaling is RopeScaling.None ? Math.Max(config.MaxPositions, CheckpointShape.Positions) : config.MaxPositions;
        foreach (var (name, value) in CheckpointFolder.Config(shape, positions, config.NormEpsilon * small.Width / shape.Width))
        {
            own[name] = value?.DeepClone();
        }

        return own;
    }

    private static void RequireFit(ModelConfig config, CheckpointShape small, CheckpointShape large)
    {
        Require(config.Architecture is "LlamaForCausalLM" && !config.AttentionBias, "the architecture", config.Architecture ?? "(none)", "LlamaForCausalLM without biases");
        Require(small.Layers <= large.Layers, "layers", small.Layers, $"at most {large.Layers}");
        Require(small.Width <= large.Width, "width", small.Width, $"at most {large.Width}");
        Require(small.KvHeads <= large.KvHeads, "key/value heads", small.KvHeads, $"at most {large.KvHeads}");
        Require(
            small.Heads / small.KvHeads <= large.Heads / large.KvHeads, "query heads to a key/value head", small.Heads / small.KvHeads, $"at most {large.Heads / large.KvHeads}");
        Require(large.HeadSize % small.HeadSize == 0, "head size", small.HeadSize, $"a divisor of {large.HeadSize}");
        Require(small.MlpWidth <= large.MlpWidth, "MLP width", small.MlpWidth, $"at most {large.MlpWidth}");
        Require(small.Vocabulary <= large.Vocabulary, "vocabulary", small.Vocabulary, $"at most {large.Vocabulary}");
        Require(small.Tied || !large.Tied, "the head", "untied", "tied, as in the larger shape");
        Require(
            small.HeadSize == large.HeadSize || config.RopeScaling.GetType().Name is "None" or "Linear" or "Llama3",
            "rope scaling", config.RopeScaling.GetType().Name, "none, linear or llama3 where the head size grows");

        static void Require(bool holds, string what, object found, string expected)
        {
            if (!holds)
            {
                throw new ArgumentException($"The small model cannot be embedded in this shape: {what} is {found}; expected {expected}.");
            }
        }
    }

    private PlannedTensor Plan(string name, int[] shape, int layer, string part, ulong seed)
    {
        var noise = new Noise(seed);
        var isExtra = layer >= _small.Layers;
        return part switch
        {
            "norm" => PlannedTensor.Of(name, shape, WeightDType.F32, (_, row) => Norm(isExtra ? null : name, row)),
            "embed" => PlannedTensor.Of(name, shape, _dtype, (index, row) => Token("model.embed_tokens.weight", index, row)),
            "head" => PlannedTensor.Of(
                name, shape, _dtype, (index, row) => Token(_small.Tied ? "model.embed_tokens.weight" : "lm_head.weight", index, row)),
            "o" => PlannedTensor.Of(name, shape, _dtype, (index, row) => Output(isExtra ? null : name, index, row)),
            "down" => PlannedTensor.Of(name, shape, _dtype, (index, row) => Down(isExtra ? null : name, index, row)),
            "q" => PlannedTensor.Of(
                name, shape, _dtype, (index, row) => Head(name, isExtra ? HeadMap.Place.Elsewhere : _heads.Query(index), _small.Heads, _heads.QueryScale, row, ref noise)),
            "k" or "v" => PlannedTensor.Of(
                name, shape, _dtype, (index, row) => Head(name, isExtra ? HeadMap.Place.Elsewhere : _heads.KeyValue(index), _small.KvHeads, 1, row, ref noise)),
            _ => PlannedTensor.Of(name, shape, _dtype, (index, row) => Up(isExtra ? null : name, index, row, ref noise)),
        };
    }

    private void Norm(string? name, Span<float> row)
    {
        row.Fill(1);
        if (name is not null)
        {
            var scale = Math.Sqrt((double)_small.Width / _large.Width);
            var values = _weights.Values(name, _small.Width);
            for (var column = 0; column < values.Length; column++)
            {
                row[column] = (float)(values[column] * scale);
            }
        }
    }

    private void Token(string name, int index, Span<float> row) =>
        _weights.Row(name, _small.Vocabulary, _small.Width, index < _small.Vocabulary ? index : _repeated).CopyTo(row);

    private void Head(string name, HeadMap.Place place, int heads, float scale, Span<float> row, ref Noise noise)
    {
        if (!place.IsUsedHead)
        {
            noise.Fill(row, Magnitude);
        }
        else if (place.SmallRow >= 0)
        {
            var values = _weights.Row(name, heads * _small.HeadSize, _small.Width, place.SmallRow);
            for (var column = 0; column < values.Length; column++)
            {
                row[column] = values[column] * scale;
            }
        }
    }

    private void Output(string? name, int index, Span<float> row)
    {
        if (name is null || index >= _small.Width)
        {
            return;
        }

        var values = _weights.Row(name, _small.Width, _small.Heads * _small.HeadSize, index);
        for (var column = 0; column < row.Length; column++)
        {
            row[column] = _heads.Query(column).SmallRow is >= 0 and var source ? values[source] : 0;
        }
    }

    private void Up(string? name, int index, Span<float> row, ref Noise noise)
    {
        if (name is null || index >= _small.MlpWidth)
        {
            noise.Fill(row, Magnitude);
            return;
        }

        _weights.Row(name, _small.MlpWidth, _small.Width, index).CopyTo(row);
    }

    private void Down(string? name, int index, Span<float> row)
    {
        if (name is not null && index < _small.Width)
        {
            _weights.Row(name, _small.Width, _small.MlpWidth, index).CopyTo(row);
        }
    }
}
