using System.CommandLine;
using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Quality;
using Slerp.Engine;

namespace Slerp.Benchmarks.Verbs;

/// <summary>What the embedded model can do, on cases its trainer never saw, asked as an application asks.</summary>
internal sealed class EmbeddedQualityVerb() : Verb("embedded-quality", "Held-out skills of the embedded model through IChatClient, greedy.")
{
    private const int MaxTokens = 160;
    private const int LoopTokens = 256;
    private const int AtOnce = 8;

    private static readonly string[] Skills = ["passage", "not_in_passage", "tool_seen", "tool_unseen", "tool_result"];

    private static readonly string[] OpenPrompts =
        ["Tell me a story.", "Write a paragraph.", "Tell me about a journey.", "Describe a day.", "Write a short text."];

    private static readonly string[] ToolSkills = ["tool_seen", "tool_unseen"];

    private readonly Option<int> _cases = new Option<int>("--cases") { DefaultValueFactory = _ => int.MaxValue, Description = "At most so many cases of a skill." }.AtLeast(1);
    private readonly Option<int> _show = new Option<int>("--show") { DefaultValueFactory = _ => 0, Description = "Wrong answers of each skill to show on standard error." }.AtLeast(0);
    private readonly Option<int> _loops = new Option<int>("--loops") { DefaultValueFactory = _ => 200, Description = "Free answers to look for loops in." }.AtLeast(0);

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_cases, _show, _loops];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using (var chat = await ChatBench.LoadAsync(settings, cancellationToken))
        {
            foreach (var skill in Skills)
            {
                var file = Path.Combine(HeldOutText.CasesFolder, skill + ".jsonl");
                await ScoreAsync(chat.Client, skill, [.. QualityCase.Read(file).Take(parsed.GetValue(_cases))], parsed.GetValue(_show), cancellationToken);
            }

            foreach (var skill in ToolSkills)
            {
                QualityCase[] cases = [.. QualityCase.Read(Path.Combine(HeldOutText.CasesFolder, skill + ".jsonl")).Take(parsed.GetValue(_cases))];
                await ToolLoop.ScoreAsync(chat.Client, skill, cases, MaxTokens, AtOnce, cancellationToken);
            }

            await RetrievalAsync(chat.Embeddings, parsed.GetValue(_cases), parsed.GetValue(_show), cancellationToken);
            await LoopsAsync(chat.Client, new PromptText(settings.Folder), parsed.GetValue(_loops), cancellationToken);
        }

        Perplexity(settings);
    }

    private static async Task ScoreAsync(IChatClient client, string skill, QualityCase[] cases, int show, CancellationToken cancellationToken)
    {
        var right = 0;
        foreach (var group in cases.Chunk(AtOnce))
        {
            var answers = await Task.WhenAll(group.Select(item => client.GetResponseAsync(
                item.Messages, new ChatOptions { Temperature = 0, MaxOutputTokens = MaxTokens, Tools = item.Tools.Count > 0 ? item.Tools : null }, cancellationToken)));
            foreach (var (item, answer) in group.Zip(answers))
            {
                if (item.IsRight(answer))
                {
                    right++;
                }
                else if (show-- > 0)
                {
                    Progress.Say($"  {skill}: expected {item.Expected}, answered {Describe(answer)}");
                }
            }
        }

        Figure.Print("embedded-quality", ("skill", skill), ("cases", cases.Length), ("score", (double)right / Math.Max(1, cases.Length)));
    }

    private static async Task RetrievalAsync(
        IEmbeddingGenerator<string, Embedding<float>> embeddings, int cases, int show, CancellationToken cancellationToken)
    {
        var set = RetrievalSet.Read(Path.Combine(HeldOutText.CasesFolder, "retrieval.jsonl"), cases);
        var passages = await embeddings.GenerateAsync(set.Passages, null, cancellationToken);
        var questions = await embeddings.GenerateAsync(set.Questions.Select(static question => question.Text), null, cancellationToken);
        var right = 0;
        var first = 0;
        foreach (var (question, vector) in set.Questions.Zip(questions))
        {
            var rank = RetrievalSet.Rank(vector, passages, question.Passage);
            right += rank < 3 ? 1 : 0;
            first += rank == 0 ? 1 : 0;
            if (rank >= 3 && show-- > 0)
            {
                Progress.Say($"  retrieval: '{question.Text}' finds '{set.Passages[question.Passage]}' at place {rank + 1}");
            }
        }

        var count = Math.Max(1, set.Questions.Count);
        Figure.Print(
            "embedded-quality", ("skill", "retrieval"), ("cases", set.Questions.Count), ("score", (double)right / count), ("top_1", (double)first / count));
    }

    private static string Describe(ChatResponse answer) => string.Concat(answer.Messages.SelectMany(static message => message.Contents).Select(static content => content switch
    {
        FunctionCallContent call => $"{call.Name}({string.Join(", ", (call.Arguments ?? new Dictionary<string, object?>()).Select(static pair => $"{pair.Key}: {pair.Value}"))})",
        TextContent text => text.Text,
        _ => "",
    }));

    private static async Task LoopsAsync(IChatClient client, PromptText prompts, int count, CancellationToken cancellationToken)
    {
        if (count <= 0)
        {
            return;
        }

        var looping = 0;
        var tokens = 0L;
        foreach (var seeds in Enumerable.Range(0, count).Chunk(AtOnce))
        {
            var answers = await Task.WhenAll(seeds.Select(seed => client.GetResponseAsync(
                [new ChatMessage(ChatRole.User, OpenPrompts[seed % OpenPrompts.Length])],
                new ChatOptions { Temperature = 0.7f, Seed = seed, MaxOutputTokens = LoopTokens },
                cancellationToken)));
            looping += answers.Count(answer => Loops.RepeatedShare(prompts.Ids(answer.Text)) > 0.5);
            tokens += answers.Sum(static answer => answer.Usage?.OutputTokenCount ?? 0);
        }

        Figure.Print("embedded-loops", ("cases", count), ("share", (double)looping / count), ("mean_tokens", (double)tokens / count));
    }

    private static void Perplexity(BenchSettings settings)
    {
        var texts = HeldOutText.Conversations(settings.Folder, 200);
        var exact = TextScore.Measure(settings, WeightFormat.Float32, texts, null);
        var rounded = TextScore.Measure(settings, WeightFormat.BFloat16, texts, null);
        Figure.Print(
            "embedded-perplexity", ("tokens", exact.Tokens), ("perplexity_f32", exact.Perplexity), ("perplexity_bf16", rounded.Perplexity),
            ("loss_percent", ((rounded.Perplexity / exact.Perplexity) - 1) * 100));
    }
}
