using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Quality;
using Slerp.Connector;
using Slerp.Engine;

namespace Slerp.Benchmarks.Gate;

/// <summary>What the gate saves: held-out questions unmerged, merged, and merged with the gate; and how well each check tells.</summary>
/// <param name="product">As it is installed.</param>
/// <param name="second">With every check's scores told, or steered.</param>
/// <param name="prompts">Counts tokens.</param>
/// <param name="show">Spoiled answers to show.</param>
internal sealed class GateQuality(ChatBench product, ChatBench second, PromptText prompts, int show)
{
    private const int AnswerTokens = 64;
    private const int AtOnce = 8;

    private readonly Dictionary<string, List<double>> _bad = [];
    private readonly Dictionary<string, List<double>> _others = [];

    /// <summary>Measures one length at one cutoff.</summary>
    public async Task MeasureAsync(int cases, int length, MergedWay way, CancellationToken cancellationToken)
    {
        var tally = new Tally();
        foreach (var group in PaddedCase.Read(prompts, cases, length).Chunk(AtOnce))
        {
            // Alone or as one batch, an answer is the same.
            foreach (var answers in await Task.WhenAll(group.Select(item => AnswersAsync(item, way, cancellationToken))))
            {
                var isSpoiled = answers.Item.Case.IsRight(answers.Plain) && !answers.Item.Case.IsRight(answers.Merged);
                Note(answers.Scores, isSpoiled);
                tally.Count(answers.Item.Case, answers.Plain, answers.Merged, answers.Gated, isSpoiled);
                if (isSpoiled && !answers.Item.Case.IsRight(answers.Gated) && show-- > 0)
                {
                    Progress.Say($"  expected {answers.Item.Case.Expected}, merged: '{answers.Merged.Text}', gated: '{answers.Gated.Text}'; {string.Join(", ", answers.Scores.Select(static score => $"{score.Key} {score.Value:F2}"))}");
                }
            }

            Progress.Say($"  {tally.Cases} cases: exact {tally.Plain} unmerged, {tally.Merged} merged, {tally.Gated} gated");
        }

        tally.Print(length, way);
        PrintRoc($"passages of {length} tokens, cutoff {way.Cutoff}, pairs {way.Pairs}");
    }

    /// <summary>The same questions one after another, each compared with the unmerged model before the next: what the agreement budget makes of the cutoff.</summary>
    public async Task MeasureSteeredAsync(int cases, int length, double cutoff, CancellationToken cancellationToken)
    {
        using var comparisons = new ComparisonCount();
        var (client, plain, steered, merged, last) = (second.Client, 0, 0, 0, cutoff);
        var path = new List<double> { cutoff };
        var items = PaddedCase.Read(prompts, cases, length);
        foreach (var item in items)
        {
            plain += item.Case.IsRight(await GateBench.AskAsync(product.Client, item.Messages, AnswerTokens, null, "never", cancellationToken)) ? 1 : 0;
            var before = comparisons.Count;
            var answer = await GateBench.AskAsync(client, item.Messages, AnswerTokens, new MergedWay(cutoff), "lossy", cancellationToken);
            steered += item.Case.IsRight(answer) ? 1 : 0;
            last = (double)answer.AdditionalProperties![SlerpProperties.MergeCutoff]!;
            if (last != path[^1])
            {
                path.Add(last);
            }

            if (answer.GetSlerpStatistics() is { Fallbacks: 0, MergedTokens: > 0 })
            {
                merged++;
                await comparisons.WaitAsync(before, cancellationToken);
            }
        }

        Figure.Print(
            "gate-steered", ("length", length), ("cutoff", cutoff), ("cases", items.Count), ("exact_unmerged", (double)plain / Math.Max(1, items.Count)),
            ("exact_steered", (double)steered / Math.Max(1, items.Count)), ("merged_share", (double)merged / Math.Max(1, items.Count)), ("last_cutoff", last),
            ("cutoffs", string.Join(" ", path)), ("mean_agreement", comparisons.Mean), ("seconds_each", comparisons.SecondsEach));
    }

    /// <summary>Free answers that are merged as they are written, and what the checks say of those that go round in circles.</summary>
    public async Task MeasureLoopsAsync(int answers, double cutoff, CancellationToken cancellationToken)
    {
        string[] questions = ["Tell me a story.", "Write a paragraph.", "Tell me about a journey.", "Describe a day.", "Write a short text."];
        for (var index = 0; index < answers; index++)
        {
            var options = GateOptions.Of(192, new MergedWay(cutoff), "always");
            options.AdditionalProperties![SlerpProperties.Merge] = "incremental";
            (options.Temperature, options.TopP, options.Seed) = (0.7f, 0.9f, index);
            var (answer, scores) = await ScoredAsync([new ChatMessage(ChatRole.User, questions[index % questions.Length])], options, cancellationToken);
            Note(scores, Loops.RepeatedShare(prompts.Ids(answer.Text)) > 0.5);
        }

        PrintRoc("loops of free answers");
    }

    private async Task<(PaddedCase Item, ChatResponse Plain, ChatResponse Merged, ChatResponse Gated, Dictionary<string, double> Scores)> AnswersAsync(
        PaddedCase item, MergedWay way, CancellationToken cancellationToken)
    {
        var plain = await GateBench.AskAsync(product.Client, item.Messages, AnswerTokens, null, "never", cancellationToken);
        var (merged, scores) = await ScoredAsync(item.Messages, GateOptions.Of(AnswerTokens, way, "lossy"), cancellationToken);
        var gated = await GateBench.AskAsync(product.Client, item.Messages, AnswerTokens, way, "lossy", cancellationToken);
        return (item, plain, merged, gated, scores);
    }

    private async Task<(ChatResponse Answer, Dictionary<string, double> Scores)> ScoredAsync(
        IEnumerable<ChatMessage> messages, ChatOptions options, CancellationToken cancellationToken)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in second.Client.GetStreamingResponseAsync(messages, options, cancellationToken))
        {
            updates.Add(update);
        }

        var scores = new Dictionary<string, double>();
        foreach (var verdict in updates.Select(static update => update.RawRepresentation).OfType<Segment>().SelectMany(static segment => segment.Verdicts))
        {
            var score = double.IsNaN(verdict.Score) ? double.NegativeInfinity : verdict.Score;
            scores[verdict.Check] = Math.Max(scores.GetValueOrDefault(verdict.Check, double.NegativeInfinity), score);
        }

        return (updates.ToChatResponse(), scores);
    }

    private void Note(Dictionary<string, double> scores, bool isBad)
    {
        foreach (var name in EngineCatalog.QualityChecks)
        {
            var notes = isBad ? _bad : _others;
            if (!notes.TryGetValue(name, out var list))
            {
                notes.Add(name, list = []);
            }

            list.Add(scores.GetValueOrDefault(name, double.NegativeInfinity));
        }
    }

    private void PrintRoc(string on)
    {
        foreach (var name in EngineCatalog.QualityChecks)
        {
            var curve = new RocCurve(_bad.GetValueOrDefault(name) ?? [], _others.GetValueOrDefault(name) ?? []);
            Figure.Print(
                "gate-roc", ("check", name), ("on", on), ("area", curve.Area), ("default_on", EngineCatalog.DefaultQualityChecks.Contains(name)),
                ("limit_at_false_10", curve.LimitAt(0.1)), ("caught_at_false_10", curve.CaughtAt(curve.LimitAt(0.1))),
                ("limit_at_false_20", curve.LimitAt(0.2)), ("caught_at_false_20", curve.CaughtAt(curve.LimitAt(0.2))),
                ("bad", _bad.GetValueOrDefault(name)?.Count ?? 0), ("others", _others.GetValueOrDefault(name)?.Count ?? 0));
        }

        _bad.Clear();
        _others.Clear();
    }

    private sealed class Tally
    {
        private readonly Dictionary<string, int> _byCheck = [];
        private int _spoiled;
        private int _caught;
        private int _otherFallbacks;
        private double _prompt;
        private double _merged;

        public int Cases { get; private set; }

        public int Plain { get; private set; }

        public int Merged { get; private set; }

        public int Gated { get; private set; }

        public void Count(QualityCase item, ChatResponse plain, ChatResponse merged, ChatResponse gated, bool isSpoiled)
        {
            Cases++;
            Plain += item.IsRight(plain) ? 1 : 0;
            Merged += item.IsRight(merged) ? 1 : 0;
            Gated += item.IsRight(gated) ? 1 : 0;
            _prompt += plain.Usage?.InputTokenCount ?? 0;
            _merged += merged.GetSlerpStatistics()!.MergedTokens;
            var fellBack = gated.GetSlerpStatistics()!.Fallbacks > 0;
            _spoiled += isSpoiled ? 1 : 0;
            _caught += isSpoiled && fellBack ? 1 : 0;
            _otherFallbacks += !isSpoiled && fellBack ? 1 : 0;
            if (fellBack)
            {
                var check = gated.AdditionalProperties!.GetValueOrDefault(SlerpProperties.FallbackCheck, "none")!.ToString()!;
                _byCheck[check] = _byCheck.GetValueOrDefault(check) + 1;
            }
        }

        public void Print(int length, MergedWay way) => Figure.Print(
            "gate", ("length", length), ("cutoff", way.Cutoff), ("pairs", way.Pairs), ("cases", Cases), ("mean_prompt_tokens", _prompt / Math.Max(1, Cases)), ("rows_kept", 1 - (_merged / Math.Max(1, _prompt))),
            ("exact_unmerged", Share(Plain, Cases)), ("exact_merged", Share(Merged, Cases)), ("exact_gated", Share(Gated, Cases)),
            ("spoiled", _spoiled), ("caught", Share(_caught, _spoiled)), ("fallback_of_others", Share(_otherFallbacks, Cases - _spoiled)),
            ("fallback_share", Share(_caught + _otherFallbacks, Cases)),
            ("fallbacks_by_check", string.Join(", ", _byCheck.OrderByDescending(static pair => pair.Value).Select(static pair => $"{pair.Key} {pair.Value}"))));

        private static double Share(int part, int whole) => whole == 0 ? double.NaN : (double)part / whole;
    }
}
