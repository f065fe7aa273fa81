using System.CommandLine;
using System.Text.Json;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Speculation;
using Slerp.Engine;
using Slerp.Engine.Checkpoints;
using Slerp.Engine.Drafting.LayerSkipping;
using Slerp.Engine.Models;
using Slerp.Engine.Templates;
using Slerp.Engine.Tokenizers;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Searches the layer mask that self-speculation drafts with and writes it beside the checkpoint.</summary>
internal sealed class SkipSearchVerb() : Verb("skip-search", "Finds the layers the drafter 'skip' leaves out and writes slerp-layer-mask.json into the --model folder.")
{
    private static readonly string[] Questions =
    [
        "Tell me a short story about a lighthouse keeper and his dog.",
        "What should I look for when I buy an old bicycle?",
        "Explain in a few sentences how bread is made.",
        "Write a letter to a friend who has moved to another town.",
    ];

    private readonly Option<int> _tokens = new Option<int>("--tokens") { DefaultValueFactory = _ => 48, Description = "Tokens of each answer." }.AtLeast(2);
    private readonly Option<int> _trials = new Option<int>("--trials") { DefaultValueFactory = _ => 300, Description = "Most masks to try from each start." }.AtLeast(1);
    private readonly Option<bool> _write = new("--write") { Description = "Write the mask; without it, it is only printed." };

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_tokens, _trials, _write];

    /// <inheritdoc />
    protected override Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        using var trial = MaskTrial.Prepare(settings, Prompts(settings.Folder), parsed.GetValue(_tokens));
        var search = new MaskSearch(
            mask =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                return trial.Worth(mask);
            },
            trial.Layers,
            parsed.GetValue(_trials));
        var standard = LayerMaskFile.Default(trial.Layers);
        var before = trial.Worth(standard);
        var (mask, worth) = search.Run(standard, LayerMask.None(trial.Layers));
        Figure.Print(
            "skip-search", ("shape", settings.Shape.Name), ("trials", trial.Trials), ("worth_default", before), ("worth", worth),
            ("attention_skipped", Enumerable.Range(0, mask.Layers).Count(mask.SkipsAttention)), ("mlp_skipped", Enumerable.Range(0, mask.Layers).Count(mask.SkipsMlp)));
        Progress.Say(LayerMaskFile.Format(mask));
        if (parsed.GetValue(_write))
        {
            File.WriteAllText(Path.Combine(settings.Folder, LayerMaskFile.Name), LayerMaskFile.Format(mask));
        }

        return Task.CompletedTask;
    }

    // The questions above, and held-out passages that the speculation figures do not use.
    private static List<int[]> Prompts(string folder)
    {
        var tokenizer = TokenizerLoader.Load(folder);
        var template = ChatTemplate.Load(folder);
        var prompts = new PromptEncoder(tokenizer, template, CheckpointDirectory.Open(folder).EndTokenIds.FirstOrDefault(), new TranscriptMemory(tokenizer, 0));
        var passages = Quality.QualityCase.Read(Path.Combine(HeldOutText.CasesFolder, "passage.jsonl")).Skip(20).Take(4).Select(static item => item.Messages[^1].Text);
        return [.. Questions.Concat(passages).Select(text => prompts.Encode(Asked(text, template is not null), "").Ids)];
    }

    private static Prompt Asked(string text, bool hasTemplate) => hasTemplate
        ? new Prompt.Conversation([ChatTurn.FromText(ChatTurnRole.User, text)], [], new Dictionary<string, JsonElement>())
        : new Prompt.Raw(text);
}
