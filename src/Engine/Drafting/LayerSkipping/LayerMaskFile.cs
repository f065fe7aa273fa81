using System.Text.Json;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Models;

namespace Slerp.Engine.Drafting.LayerSkipping;

/// <summary>The mask found for a checkpoint, beside it: <c>{"layers": L, "skip_attention": […], "skip_mlp": […]}</c>.</summary>
/// <remarks>Read strictly: no other fields, layers ascending and of this model.</remarks>
internal static class LayerMaskFile
{
    /// <summary>Its name.</summary>
    public const string Name = "slerp-layer-mask.json";

    private const int MaxBytes = 64 * 1024;
    private const string Layers = "layers";
    private const string Attention = "skip_attention";
    private const string Mlp = "skip_mlp";

    /// <summary>The mask beside a checkpoint, or the default one where there is none.</summary>
    /// <exception cref="CheckpointException">The file is malformed or made for another model.</exception>
    public static LayerMask Load(CheckpointDirectory checkpoint, int layers) => checkpoint.FindFile(Name) is { } path
        ? Parse(Path.Combine(checkpoint.Path, Name), CheckpointJson.ReadObject(path, MaxBytes, Path.Combine(checkpoint.Path, Name)), layers)
        : Default(layers);

    /// <summary>Reads a mask.</summary>
    /// <param name="file">The file's name for messages.</param>
    /// <param name="element">Its content.</param>
    /// <param name="layers">Layers of the model.</param>
    /// <exception cref="CheckpointException">It is malformed or made for another model.</exception>
    public static LayerMask Parse(string file, JsonElement element, int layers)
    {
        var fields = new JsonFields(file, element);
        foreach (var (name, _) in fields.Pairs())
        {
            if (name is not (Layers or Attention or Mlp))
            {
                throw fields.Refuse(name, $"is not known; expected {Layers}, {Attention} and {Mlp}.");
            }
        }

        var found = fields.Int32(Layers, 1, int.MaxValue);
        return found == layers
            ? new LayerMask(layers, Skipped(fields, Attention, layers), Skipped(fields, Mlp, layers))
            : throw fields.Refuse(Layers, $"is {found}; the model has {layers}. Search a mask for this checkpoint, or delete the file.");
    }

    /// <summary>The text of a mask.</summary>
    public static string Format(LayerMask mask)
    {
        var all = Enumerable.Range(0, mask.Layers);
        return $$"""
            {
              "{{Layers}}": {{mask.Layers}},
              "{{Attention}}": [{{string.Join(", ", all.Where(mask.SkipsAttention))}}],
              "{{Mlp}}": [{{string.Join(", ", all.Where(mask.SkipsMlp))}}]
            }

            """;
    }

    /// <summary>What a model is drafted with that nobody searched a mask for.</summary>
    /// <remarks>Heuristic, after the published masks: the first and the last quarter stay, attention between them is skipped, and every other MLP.</remarks>
    public static LayerMask Default(int layers)
    {
        var kept = (layers + 3) / 4;
        var middle = Enumerable.Range(kept, Math.Max(0, layers - (2 * kept))).ToList();
        return new LayerMask(layers, middle, middle.Where(layer => (layer - kept) % 2 == 1));
    }

    private static IReadOnlyList<int> Skipped(JsonFields fields, string name, int layers)
    {
        var skipped = fields.Int32s(name, 0, layers - 1);
        for (var index = 1; index < skipped.Count; index++)
        {
            if (skipped[index] <= skipped[index - 1])
            {
                throw fields.Refuse(name, $"names layer {skipped[index]} after layer {skipped[index - 1]}; expected ascending layers.");
            }
        }

        return skipped;
    }
}
