using System.Text.Json;
using Slerp.Engine;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Templates;
using Slerp.Engine.Tokenizers;

namespace Slerp.Benchmarks.Measuring;

/// <summary>A text to score.</summary>
internal sealed record ScoredText(int[] Tokens);

/// <summary>Texts no model here was trained on, and the golden texts of stories260K.</summary>
internal static class HeldOutText
{
    /// <summary>The folder of the held-out cases, beside the program.</summary>
    public static string CasesFolder => Path.Combine(AppContext.BaseDirectory, "embedded-quality");

    /// <summary>Held-out conversations with their right answers, rendered by the checkpoint's template and scored as a whole.</summary>
    public static IReadOnlyList<ScoredText> Conversations(string folder, int count)
    {
        var tokenizer = TokenizerLoader.Load(folder);
        var prompts = new PromptEncoder(tokenizer, ChatTemplate.Load(folder), CheckpointDirectory.Open(folder).EndTokenIds.FirstOrDefault(), new TranscriptMemory(tokenizer, 0));
        var texts = new List<ScoredText>();
        foreach (var line in File.ReadLines(Path.Combine(CasesFolder, "passage.jsonl")).Take(count))
        {
            using var document = JsonDocument.Parse(line);
            var turns = document.RootElement.GetProperty("messages").EnumerateArray().Select(Turn).ToList();
            var prompt = prompts.Encode(new Prompt.Conversation(turns, [], new Dictionary<string, JsonElement>()), "").Ids;
            var answer = prompts.EncodeContent(document.RootElement.GetProperty("expected").GetString()!);
            texts.Add(new ScoredText([.. prompt, .. answer]));
        }

        return texts;
    }

    /// <summary>stories260K and its golden texts, where outside data is at hand.</summary>
    public static (string Folder, IReadOnlyList<ScoredText> Texts)? Stories260K()
    {
        var root = Environment.GetEnvironmentVariable("SLERP_SHARED_DATA");
        if (string.IsNullOrEmpty(root))
        {
            return null;
        }

        var folder = Path.Combine(root, "weights", "stories260K");
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden", "golden.json")));
        var texts = golden.RootElement.GetProperty("cases").EnumerateArray()
            .Select(static item => new ScoredText([.. Ids(item, "prompt_ids"), .. Ids(item, "output_ids")])).ToList();
        return (Path.Combine(folder, "hf"), texts);

        static IEnumerable<int> Ids(JsonElement item, string name) => item.GetProperty(name).EnumerateArray().Select(static id => id.GetInt32());
    }

    private static ChatTurn Turn(JsonElement message) => ChatTurn.FromText(
        message.GetProperty("role").GetString() switch
        {
            "system" => ChatTurnRole.System,
            "assistant" => ChatTurnRole.Assistant,
            _ => ChatTurnRole.User,
        },
        message.GetProperty("content").GetString()!);
}
