using System.Text.Json.Nodes;
using Slerp.Engine.Backends;
using Slerp.Engine.Tokenizers;

namespace Slerp.Benchmarks.Shapes;

/// <summary>A checkpoint of a shape with random BF16 weights and a borrowed tokenizer: it costs what a trained one costs.</summary>
internal static class RandomCheckpoint
{
    // BF16 1.0, little-endian.
    private static readonly byte[] One = [0x80, 0x3F];

    /// <summary>Writes the folder.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="tokenizerFolder">A checkpoint whose tokenizer is copied.</param>
    /// <param name="target">The folder.</param>
    /// <param name="written">Told the bytes written since the last call.</param>
    public static void Write(CheckpointShape shape, string tokenizerFolder, string target, Action<long>? written)
    {
        CheckpointFolder.CopyTokenizer(tokenizerFolder, target);
        var config = CheckpointFolder.Config(shape, CheckpointShape.Positions, epsilon: 1e-5);
        config["rope_theta"] = 10_000.0;
        CheckpointFolder.WriteConfig(target, config);
        // No end token: an answer is as long as it is asked to be.
        CheckpointFolder.WriteJson(target, "generation_config.json", new JsonObject());
        var spelled = TokenizerLoader.Load(tokenizerFolder).VocabularySize;
        SafetensorsStream.Write(
            Path.Combine(target, "model.safetensors"),
            [.. TensorPlan.Of(shape).Select((tensor, index) => Plan(tensor.Name, tensor.Shape, tensor.Part, (ulong)index + 1, spelled))],
            written);
    }

    private static PlannedTensor Plan(string name, int[] shape, string part, ulong seed, int spelled)
    {
        if (part == "norm")
        {
            return new PlannedTensor(name, shape, WeightDType.BF16, static (_, destination) => FillOnes(destination));
        }

        var noise = new Noise(seed);
        var exponent = Noise.Exponent(shape[^1]);
        // Ids the tokenizer cannot spell stay quiet, so that answers are text and take the reader's usual path.
        return part is "embed" or "head"
            ? new PlannedTensor(name, shape, WeightDType.BF16, (row, destination) => noise.Fill(destination, row < spelled ? exponent : exponent - 4))
            : new PlannedTensor(name, shape, WeightDType.BF16, (_, destination) => noise.Fill(destination, exponent));
    }

    private static void FillOnes(Span<byte> destination)
    {
        for (var index = 0; index < destination.Length; index += One.Length)
        {
            One.CopyTo(destination[index..]);
        }
    }
}
