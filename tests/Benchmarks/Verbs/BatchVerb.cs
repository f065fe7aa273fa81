using System.CommandLine;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Verbs;

/// <summary>What several conversations at once give over one.</summary>
internal sealed class BatchVerb() : Verb("batch", "Sequences decoded as one batch over one alone, tokens a second in total, through IChatClient.")
{
    private readonly Option<int> _sequences = new Option<int>("--sequences") { DefaultValueFactory = _ => 8, Description = "Sequences at once." }.AtLeast(1);
    private readonly Option<int> _tokens = new Option<int>("--tokens") { DefaultValueFactory = _ => 256, Description = "Tokens of each answer." }.AtLeast(2);

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_sequences, _tokens];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (sequences, tokens) = (parsed.GetValue(_sequences), parsed.GetValue(_tokens));
        settings = settings.Holding(settings.Context + tokens);
        await using var chat = await ChatBench.LoadAsync(settings, cancellationToken);
        var prompts = new PromptText(settings.Folder);
        Samples ratios = new(), ones = new(), manys = new();
        await WarmUp.RunAsync(async () =>
        {
            await RateAsync(chat, prompts, settings.Context, sequences, tokens, 0, cancellationToken);
            await RateAsync(chat, prompts, settings.Context, 1, tokens, 0, cancellationToken);
        });
        for (var pair = 1; pair <= settings.Pairs; pair++)
        {
            var before = await RateAsync(chat, prompts, settings.Context, 1, tokens, pair, cancellationToken);
            var many = await RateAsync(chat, prompts, settings.Context, sequences, tokens, pair, cancellationToken);
            var one = (before + await RateAsync(chat, prompts, settings.Context, 1, tokens, pair + 1, cancellationToken)) / 2;
            ratios.Add(many / one);
            ones.Add(one);
            manys.Add(many);
            Progress.Say($"  pair {pair}: one {one:F1}, {sequences} together {many:F1} tokens/s");
        }

        Figure.Print(
            "batch", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("threads", settings.Threads), ("sequences", sequences), ("ratio", ratios.Median),
            ("tokens_per_second", manys.Median), ("one_tokens_per_second", ones.Median), ("pairs", settings.Pairs), ("ratio_min", ratios.Min), ("ratio_max", ratios.Max));
    }

    // The one that starts last has the shortest decode time: all that time the others decode, too, but for the step or two they are ahead at its end.
    // The longest time would count the reading of the others' prompts.
    private static async Task<double> RateAsync(
        ChatBench chat, PromptText prompts, int context, int sequences, int tokens, int variant, CancellationToken cancellationToken)
    {
        var statistics = await Task.WhenAll(Enumerable.Range(0, sequences).Select(index =>
            Task.Run(() => chat.ContinueAsync(prompts.Of(context, (variant * sequences) + index), tokens, cancellationToken), cancellationToken)));
        return statistics.Sum(static item => item.OutputTokens - 1) / statistics.Min(static item => item.DecodeTime).TotalSeconds;
    }
}
