using System.CommandLine;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Shapes;
using Slerp.Benchmarks.Speculation;
using Slerp.Engine;

namespace Slerp.Benchmarks.Verbs;

/// <summary>What speculation gives on real language at a real model's cost: the embedded model inside the shape, each prompt both ways.</summary>
internal sealed class SpeculationVerb() : Verb("speculation", "Drafters against vanilla decoding, prompt by prompt, on inflated weights.", defaultWeights: "inflated")
{
    private const string Overall = "overall";

    private readonly Option<string> _drafter = new("--drafter") { DefaultValueFactory = _ => "auto", Description = "A drafter's name, or all." };
    private readonly Option<int> _prompts = new Option<int>("--prompts") { DefaultValueFactory = _ => 6, Description = "Prompts of each task group." }.AtLeast(1);
    private readonly Option<int> _tokens = new Option<int>("--tokens") { DefaultValueFactory = _ => 96, Description = "Most tokens of an answer." }.AtLeast(2);
    private readonly Option<string> _scope = new("--scope") { DefaultValueFactory = _ => "cold", Description = "cold, or warm: recycling starts from the warm table, made first." };

    /// <inheritdoc />
    protected override IEnumerable<Option> Options
    {
        get
        {
            _drafter.AcceptOnlyFromAmong([.. EngineCatalog.Drafters, "all"]);
            _scope.AcceptOnlyFromAmong("cold", "warm");
            return [_drafter, _prompts, _tokens, _scope];
        }
    }

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var asked = parsed.GetValue(_drafter)!;
        settings = asked is "draft" or "all" ? WithDraft(settings) : settings;
        settings = settings with { IsWarm = parsed.GetValue(_scope) == "warm" };
        await using var chat = await ChatBench.LoadAsync(settings, cancellationToken);
        var text = new PromptText(settings.Folder);
        var prompts = TaskPrompt.Read(text, parsed.GetValue(_prompts));
        await DraftRun.RunAsync(chat, prompts[0], DraftRun.Vanilla, 16, cancellationToken);
        await ChatBench.WarmAsync(settings, cancellationToken);
        foreach (var drafter in asked == "all" ? EngineCatalog.Drafters.Where(name => name != DraftRun.Vanilla && SpeculationNeeds.Has(name, settings)) : [asked])
        {
            await MeasureAsync(settings, chat, text, prompts, drafter, parsed.GetValue(_tokens), cancellationToken);
        }
    }

    // A draft model of a real draft model's cost, where the target has a real model's.
    private static BenchSettings WithDraft(BenchSettings settings)
    {
        var shape = CheckpointShape.Known[0];
        return settings.IsInflated && settings.Shape.Weights > shape.Weights
            ? settings with { DraftFolder = new CheckpointStore(settings.Work).Inflated(shape, CheckpointStore.EmbeddedDraftFolder) }
            : settings;
    }

    private static async Task MeasureAsync(
        BenchSettings settings, ChatBench chat, PromptText text, IReadOnlyList<TaskPrompt> prompts, string drafter, int tokens, CancellationToken cancellationToken)
    {
        await WarmUp.RunAsync(async () =>
        {
            await DraftRun.RunAsync(chat, prompts[0], drafter, tokens, cancellationToken);
            await DraftRun.RunAsync(chat, prompts[0], DraftRun.Vanilla, tokens, cancellationToken);
        });
        var overall = new TaskTally();
        foreach (var group in prompts.GroupBy(static prompt => prompt.Task))
        {
            var tally = new TaskTally();
            var index = 0;
            foreach (var prompt in group)
            {
                // Who goes first alternates; the first prompt of a group runs vanilla twice, for the spread.
                var early = index % 2 == 0 ? await DraftRun.RunAsync(chat, prompt, DraftRun.Vanilla, tokens, cancellationToken) : null;
                var drafted = await DraftRun.RunAsync(chat, prompt, drafter, tokens, cancellationToken);
                var late = index % 2 == 1 || index == 0 ? await DraftRun.RunAsync(chat, prompt, DraftRun.Vanilla, tokens, cancellationToken) : null;
                var vanilla = early ?? late!;
                foreach (var sum in (TaskTally[])[tally, overall])
                {
                    sum.Add(vanilla, drafted, text);
                    if (early is not null && late is not null)
                    {
                        sum.AddSpread(early, late);
                    }
                }

                Progress.Say($"  {drafter} {group.Key} {++index}: {drafted.Statistics.TokensPerStep:F2} tokens a step, {vanilla.Decode / drafted.Decode:F2} times");
            }

            tally.Print(settings, drafter, group.Key);
        }

        overall.Print(settings, drafter, Overall);
    }
}
