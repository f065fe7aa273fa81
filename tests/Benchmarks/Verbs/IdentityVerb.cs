using System.CommandLine;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Speculation;
using Slerp.Engine;
using Slerp.Engine.Drafting;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Whether every drafter leaves every answer as it is: real prompts, greedy and sampled, with penalties, in batches of eight.</summary>
internal sealed class IdentityVerb() : Verb("identity", "Answers with each drafter compared with vanilla's, on public prompts; differences must be 0.")
{
    private const string Vanilla = "vanilla";
    private const int Batch = 8;
    private const int MostStories = 40;

    // Rows are free, says the curve: what could be guessed is guessed, whatever it costs on this machine.
    private static readonly CostCurve Free = new([1, 64, 128], [1, 1, 1.5]);

    private readonly Option<string> _drafter = new("--drafter") { DefaultValueFactory = _ => "all", Description = "A drafter's name, or all." };
    private readonly Option<int> _prompts = new Option<int>("--prompts") { DefaultValueFactory = _ => 0, Description = "Public prompts; 0 takes all 240, and 40 short ones with stories260K." }.AtLeast(0);
    private readonly Option<int> _tokens = new Option<int>("--tokens") { DefaultValueFactory = _ => 48, Description = "Most tokens of an answer." }.AtLeast(1);

    /// <inheritdoc />
    protected override IEnumerable<Option> Options
    {
        get
        {
            _drafter.AcceptOnlyFromAmong([.. EngineCatalog.Drafters, "all"]);
            return [_drafter, _prompts, _tokens];
        }
    }

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var most = parsed.GetValue(_prompts) is > 0 and var given ? given : int.MaxValue;
        var tokens = parsed.GetValue(_tokens);
        var drafter = parsed.GetValue(_drafter)!;
        var prompts = TaskPrompt.ReadPublic(new PromptText(settings.Folder), most);
        await CompareAsync(settings, settings.Shape.Name, prompts.Count > 0 ? prompts : TaskPrompt.ReadOwn(most), drafter, tokens, isRaw: false, cancellationToken);
        if (prompts.Count > 0 && TaskPrompt.StoriesFolder is { } stories)
        {
            IReadOnlyList<TaskPrompt> starts = [.. prompts.Take(Math.Min(most, MostStories)).Select(static prompt => prompt.Beginning(words: 8))];
            await CompareAsync(settings with { Folder = stories }, "stories260K", starts, drafter, tokens, isRaw: true, cancellationToken);
        }
    }

    private static async Task CompareAsync(
        BenchSettings settings, string model, IReadOnlyList<TaskPrompt> prompts, string asked, int tokens, bool isRaw, CancellationToken cancellationToken)
    {
        var options = settings.EngineOptions with { DraftModelPath = settings.DraftFolder, CachedPrefixes = Batch * 2, Costs = Free };
        await using var engine = await SlerpEngine.LoadAsync(options, cancellationToken: cancellationToken);
        var names = asked == "all" ? EngineCatalog.Drafters.Where(static name => name != Vanilla) : [asked];
        var tallies = names.Where(name => SpeculationNeeds.Has(name, settings)).Select(static name => new IdentityTally(name)).ToList();
        var done = 0;
        foreach (var batch in prompts.Chunk(Batch))
        {
            foreach (var mode in IdentityMode.All)
            {
                var vanilla = await AskAllAsync(Vanilla);
                foreach (var tally in tallies)
                {
                    var drafted = await AskAllAsync(tally.Drafter);
                    for (var index = 0; index < batch.Length; index++)
                    {
                        var isSame = drafted[index].Answer.IsSameAs(vanilla[index].Answer);
                        tally.Add(isSame, drafted[index].Drafts);
                        if (!isSame)
                        {
                            Progress.Say($"  {model}, {tally.Drafter}, {mode.Name}, prompt {done + index}: '{vanilla[index].Answer.Text}' became '{drafted[index].Answer.Text}'");
                        }
                    }
                }

                Task<(IdentityAnswer Answer, DraftStats Drafts)[]> AskAllAsync(string drafter) => Task.WhenAll(batch.Select(
                    (prompt, index) => IdentityAnswer.AskAsync(engine, mode.Request(prompt, drafter, tokens, 1000 + done + index, isRaw), cancellationToken)));
            }

            done += batch.Length;
            Progress.Say($"  {model}: {done} of {prompts.Count} prompts");
        }

        tallies.ForEach(tally => tally.Print(model, prompts.Count));
    }
}
