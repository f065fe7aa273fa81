using System.Text.Json;

namespace Slerp.Tests.Shared;

/// <summary>A tiny checkpoint of one family, and what the public reference code says of it.</summary>
internal sealed class FamilyGolden
{
    private const int VocabularySize = 256;

    private FamilyGolden(string folder, JsonElement golden)
    {
        var weights = golden.TryGetProperty("weights_file", out var file) && file.ValueKind == JsonValueKind.String ? file.GetString()! : "model.safetensors";
        WeightsFile = Path.Combine(folder, weights);

        // An adapter has no configuration of its own: the base's stands beside the base's weights.
        var own = Path.Combine(folder, "config.json");
        ConfigFile = File.Exists(own) ? own : Path.Combine(Path.GetDirectoryName(WeightsFile)!, "config.json");
        Cases = [.. golden.GetProperty("prompts").EnumerateArray().Select(prompt => Case(folder, prompt))];
    }

    /// <summary>The families.</summary>
    public static TheoryData<string> Families =>
    [
        "tiny-llama2",
        "tiny-llama31",
        "tiny-llama2-rope-linear",
        "tiny-llama2-rope-dynamic",
        "tiny-llama2-rope-yarn",
        "tiny-mistral",
        "tiny-qwen2",
        "tiny-qwen3",
    ];

    /// <summary>The checkpoint's configuration.</summary>
    public string ConfigFile { get; }

    /// <summary>Its weights.</summary>
    public string WeightsFile { get; }

    /// <summary>Prompts, with the logits of all their positions.</summary>
    public IReadOnlyList<GoldenCase> Cases { get; }

    /// <summary>Reads what is told of a family.</summary>
    public static FamilyGolden Read(string family)
    {
        var folder = SharedData.Path("weights", "families", family);
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")));
        return new FamilyGolden(folder, golden.RootElement);
    }

    // The continuation's name tells how the reference made it.
    private static GoldenCase Case(string folder, JsonElement prompt)
    {
        var greedy = prompt.EnumerateObject().First(static property => property.Name.Contains("greedy", StringComparison.Ordinal) && property.Value.ValueKind == JsonValueKind.Array);
        return new GoldenCase(
            Ids(prompt.GetProperty("ids")), Ids(greedy.Value), FloatFile.Rows(Path.Combine(folder, prompt.GetProperty("logits_file").GetString()!), VocabularySize));
    }

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(static id => id.GetInt32())];
}
