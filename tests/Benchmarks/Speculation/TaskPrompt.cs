using System.Text.Json;
using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Speculation;

/// <summary>One prompt of a task group.</summary>
/// <param name="Task">The group.</param>
/// <param name="Messages">What is asked.</param>
internal sealed record TaskPrompt(string Task, IReadOnlyList<ChatMessage> Messages)
{
    private const int MostTokens = 700;
    private const string Own = "in-distribution";

    // Answers to these are of a few tokens: as many as of the other groups would say nothing.
    private const int OwnFactor = 8;

    private static readonly string[] Groups = ["translation", "summarization", "qa", "math_reasoning", "rag"];

    private static string? Root => Environment.GetEnvironmentVariable("SLERP_SHARED_DATA") is { Length: > 0 } root ? root : null;

    /// <summary>The checkpoint of the smallest published model; null where outside data is not at hand.</summary>
    public static string? StoriesFolder => Root is { } root && Path.Combine(root, "weights", "stories260K", "hf") is var folder && Directory.Exists(folder) ? folder : null;

    /// <summary>The first prompts of each group: the six of the public prompt file where outside data is at hand, then held-out cases of the embedded model's own skills, eight times as many.</summary>
    public static IReadOnlyList<TaskPrompt> Read(PromptText tokens, int perGroup)
    {
        var own = (int)Math.Min((long)perGroup * OwnFactor, int.MaxValue);
        var prompts = new List<TaskPrompt>();
        prompts.AddRange(ReadPublic(tokens, int.MaxValue));
        prompts.AddRange(ReadOwn(own));

        return [.. prompts.GroupBy(static prompt => prompt.Task).SelectMany(group => group.Take(group.Key == Own ? own : perGroup))];
    }

    /// <summary>The prompts of the public file, cut to fit; none where outside data is not at hand.</summary>
    public static IReadOnlyList<TaskPrompt> ReadPublic(PromptText tokens, int most)
    {
        if (Root is { } root)
        {
            return [.. File.ReadLines(Path.Combine(root, "prompts", "spec_bench_even.jsonl")).Take(most).Select(line => Public(line, tokens))];
        }

        Progress.Say("SLERP_SHARED_DATA is not set: the six public task groups are left out.");
        return [];
    }

    /// <summary>Held-out cases of the embedded model's own skills.</summary>
    public static IReadOnlyList<TaskPrompt> ReadOwn(int most) =>
    [
        .. new[] { "passage", "not_in_passage" }.SelectMany(skill => Quality.QualityCase.Read(Path.Combine(HeldOutText.CasesFolder, skill + ".jsonl"))
            .Select(static item => new TaskPrompt(Own, item.Messages)).Take((int)(((long)most + 1) / 2))),
    ];

    /// <summary>The first words of a prompt.</summary>
    public TaskPrompt Beginning(int words) =>
        this with { Messages = [new ChatMessage(ChatRole.User, string.Join(' ', Messages[^1].Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(words)))] };

    private static TaskPrompt Public(string line, PromptText tokens)
    {
        using var document = JsonDocument.Parse(line);
        var category = document.RootElement.GetProperty("category").GetString()!;
        var text = document.RootElement.GetProperty("turns")[0].GetString()!;
        // The end of a long prompt goes; cut by length, then by twentieths, until it fits.
        while (tokens.Ids(text).Length is > MostTokens and var count)
        {
            text = text[..(int)(text.Length * Math.Min(0.95, (double)MostTokens / count))];
        }

        return new TaskPrompt(Groups.Contains(category) ? category : "conversation", [new ChatMessage(ChatRole.User, text)]);
    }
}
