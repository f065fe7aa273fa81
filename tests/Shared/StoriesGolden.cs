using System.Text.Json;

namespace Slerp.Tests.Shared;

/// <summary>stories260K, a real trained checkpoint, and what the program it was published with says of it.</summary>
/// <param name="Prompt">A prompt.</param>
/// <param name="Answer">Its greedy continuation.</param>
/// <param name="Case">Both in ids, and the logits of the first positions of both together.</param>
internal sealed record StoriesGolden(string Prompt, string Answer, GoldenCase Case)
{
    private const int VocabularySize = 512;

    /// <summary>The checkpoint's folder.</summary>
    public static string Folder => SharedData.Path("weights", "stories260K", "hf");

    /// <summary>Its configuration.</summary>
    public static string ConfigFile => Path.Combine(Folder, "config.json");

    /// <summary>Its weights.</summary>
    public static string WeightsFile => Path.Combine(Folder, "model.safetensors");

    /// <summary>Reads all that is told.</summary>
    public static IReadOnlyList<StoriesGolden> ReadAll()
    {
        var folder = SharedData.Path("weights", "stories260K", "golden");
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")));
        return [.. golden.RootElement.GetProperty("cases").EnumerateArray().Select(item => Read(folder, item))];
    }

    private static StoriesGolden Read(string folder, JsonElement item)
    {
        // The file's name is followed by what is in it.
        var logits = FloatFile.Rows(Path.Combine(folder, item.GetProperty("logits_file").GetString()!.Split(' ')[0]), VocabularySize);

        // The program prints byte tokens by their names.
        var answer = item.GetProperty("output_text").GetString()!.Replace("<0x0A>", "\n", StringComparison.Ordinal);
        return new StoriesGolden(item.GetProperty("prompt_text").GetString()!, answer, new GoldenCase(Ids(item, "prompt_ids"), Ids(item, "output_ids"), logits));
    }

    private static int[] Ids(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(static id => id.GetInt32())];
}
