using System.CommandLine;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Shapes;

namespace Slerp.Benchmarks.Verbs;

/// <summary>What each weight format costs in quality.</summary>
internal sealed class FormatsVerb() : Verb("formats", "Perplexity and logit error of each weight format against F32, over held-out text.")
{
    private readonly Option<int> _cases = new Option<int>("--cases") { DefaultValueFactory = _ => 60, Description = "Held-out conversations to score." }.AtLeast(1);

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_cases];

    /// <inheritdoc />
    protected override Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        Measure(settings, "held-out", HeldOutText.Conversations(settings.Folder, parsed.GetValue(_cases)), cancellationToken);
        if (HeldOutText.Stories260K() is { } stories)
        {
            var own = settings with { Folder = stories.Folder, Shape = CheckpointShape.Read(stories.Folder, "stories260K") };
            Measure(own, "golden", stories.Texts, cancellationToken);
        }
        else
        {
            Progress.Say("SLERP_SHARED_DATA is not set: stories260K is left out.");
        }

        return Task.CompletedTask;
    }

    private static void Measure(BenchSettings settings, string text, IReadOnlyList<ScoredText> texts, CancellationToken cancellationToken)
    {
        var exact = TextScore.Measure(settings, Formats.All[0].Format, texts, null, keepsLogits: true);
        foreach (var (name, format) in Formats.All)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var score = TextScore.Measure(settings, format, texts, exact);
            Figure.Print(
                "formats", ("shape", settings.Shape.Name), ("format", name), ("text", text), ("tokens", exact.Tokens), ("perplexity", score.Perplexity),
                ("loss_percent", ((score.Perplexity / exact.Perplexity) - 1) * 100), ("max_logit_difference", score.MaxDifference),
                ("mean_logit_difference", score.MeanDifference), ("same_argmax", score.SameArgMax));
        }
    }
}
