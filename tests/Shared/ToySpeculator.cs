using System.Text.Json.Nodes;

namespace Slerp.Tests.Shared;

/// <summary>Writes a small random MLP speculator in the published layout, for a <see cref="ToyCheckpoint"/> unless told otherwise.</summary>
/// <remarks>Sure of itself and wrong: what a drafter must survive.</remarks>
internal sealed record ToySpeculator
{
    public int Width { get; init; } = 32;

    public int InnerWidth { get; init; } = 16;

    public int VocabularySize { get; init; } = ToyCheckpoint.VocabularySize;

    public int Stages { get; init; } = 3;

    public bool Tied { get; init; }

    public bool ScalesInput { get; init; }

    /// <summary>Spread of the head's weights; 0 makes every weight zero.</summary>
    public float Sharpness { get; init; } = 6;

    /// <summary>Changes the configuration before it is written.</summary>
    public Action<JsonObject> Configure { get; init; } = static _ => { };

    /// <summary>All tensors by name.</summary>
    public Dictionary<string, (int[] Shape, float[] Values)> Tensors()
    {
        var tensors = new Dictionary<string, (int[], float[])>();
        var random = new Random(7);
        void Add(string name, float spread, float centre, params int[] shape)
        {
            var values = new float[shape.Aggregate(1, static (product, dimension) => product * dimension)];
            foreach (ref var value in values.AsSpan())
            {
                value = Sharpness == 0 ? 0 : centre + (spread * (float)((random.NextDouble() * 2) - 1));
            }

            tensors.Add($"speculator.{name}", (shape, values));
        }

        for (var stage = 0; stage < Stages; stage++)
        {
            if (stage == 0 || !Tied)
            {
                Add($"emb.{stage}.weight", 1, 0, VocabularySize, InnerWidth);
                Add($"head.{stage}.weight", Sharpness, 0, VocabularySize, InnerWidth);
                Add($"ln.{stage}.weight", 0.2f, 1, InnerWidth);
                Add($"ln.{stage}.bias", 0.2f, 0, InnerWidth);
            }

            if (stage < 2 || !Tied)
            {
                Add($"proj.{stage}.weight", 0.3f, 0, InnerWidth, stage == 0 ? Width : InnerWidth);
            }
        }

        return tensors;
    }

    /// <summary>Writes the folder.</summary>
    public string Save(TemporaryFolder folder, string name = "speculator")
    {
        var path = Path.GetDirectoryName(folder.Path(name, "config.json"))!;
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("MLPSpeculatorPreTrainedModel"),
            ["model_type"] = "mlp_speculator",
            ["emb_dim"] = Width,
            ["inner_dim"] = InnerWidth,
            ["vocab_size"] = VocabularySize,
            ["n_predict"] = Stages,
            ["n_candidates"] = 4,
            ["top_k_tokens_per_head"] = new JsonArray([.. Enumerable.Range(0, Stages).Select(static stage => (JsonNode)(4 - Math.Min(stage, 2)))]),
            ["tie_weights"] = Tied,
            ["scale_input"] = ScalesInput,
        };
        Configure(config);
        File.WriteAllText(Path.Combine(path, "config.json"), config.ToJsonString());
        var writer = new SafetensorsWriter();
        foreach (var (tensor, (shape, values)) in Tensors())
        {
            writer.Add(tensor, shape, values);
        }

        writer.Save(Path.Combine(path, "model.safetensors"));
        return path;
    }
}
