using System.Text.Json.Nodes;
using Slerp.Engine.Backends;

namespace Slerp.Benchmarks.Shapes;

/// <summary>A LoRA adapter of a shape with random F32 factors, of every linear layer in its blocks: it costs what a trained one costs.</summary>
internal static class RandomAdapter
{
    private static readonly string[] Targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>Writes the folder.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="rank">The rank of every update.</param>
    /// <param name="target">The folder.</param>
    public static void Write(CheckpointShape shape, int rank, string target)
    {
        Directory.CreateDirectory(target);
        CheckpointFolder.WriteJson(target, "adapter_config.json", new JsonObject
        {
            ["peft_type"] = "LORA",
            ["r"] = rank,
            ["lora_alpha"] = 2 * rank,
            ["target_modules"] = new JsonArray([.. Targets.Select(static name => (JsonNode)name)]),
        });
        SafetensorsStream.Write(
            Path.Combine(target, "adapter_model.safetensors"),
            [.. TensorPlan.Of(shape).Where(static tensor => tensor.Layer >= 0 && tensor.Part != "norm").SelectMany((tensor, index) => Factors(tensor.Name, tensor.Shape, rank, (ulong)index))]);
    }

    private static IEnumerable<PlannedTensor> Factors(string name, int[] shape, int rank, ulong index)
    {
        var module = "base_model.model." + name[..^".weight".Length];
        yield return Factor($"{module}.lora_A.weight", [rank, shape[1]], (2 * index) + 1);
        yield return Factor($"{module}.lora_B.weight", [shape[0], rank], (2 * index) + 2);
    }

    private static PlannedTensor Factor(string name, int[] shape, ulong seed)
    {
        var noise = new Noise(seed);
        return PlannedTensor.Of(name, shape, WeightDType.F32, (_, destination) => noise.Fill(destination, magnitude: 0.01f));
    }
}
