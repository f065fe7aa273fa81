using System.Text.Json;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Quality;
using Slerp.Engine;

namespace Slerp.Benchmarks.Merging;

/// <summary>How many free answers go round in circles when the answer itself is merged, as published, by cutoff; and without merging.</summary>
internal static class MergingLoops
{
    private const int AtOnce = 8;
    private const int Tokens = 192;

    private static readonly string[] Questions =
        ["Tell me a story.", "Write a paragraph.", "Tell me about a journey.", "Describe a day.", "Write a short text."];

    /// <summary>Measures on an engine of its own.</summary>
    public static async Task MeasureAsync(string model, EngineOptions options, int answers, CancellationToken cancellationToken)
    {
        await using var engine = await SlerpEngine.LoadAsync(options, cancellationToken: cancellationToken);
        if (!engine.Model.HasChatTemplate)
        {
            return;
        }

        var prompts = new PromptText(options.ModelPath);
        await MeasureAsync(model, engine, prompts, null, answers, cancellationToken);
        foreach (var cutoff in PublishedAgreement.Cutoffs)
        {
            await MeasureAsync(model, engine, prompts, (double)cutoff / PublishedAgreement.Layers, answers, cancellationToken);
        }
    }

    private static async Task MeasureAsync(string model, SlerpEngine engine, PromptText prompts, double? share, int answers, CancellationToken cancellationToken)
    {
        MergingMode mode = share is { } fraction
            ? new MergingMode.Incremental(new MergeCutoff.Share(fraction), int.MaxValue, 64, 16, MergePositions.Compressed)
            : MergingMode.None.Instance;
        var (looping, tokens) = (0, 0L);
        foreach (var seeds in Enumerable.Range(0, answers).Chunk(AtOnce))
        {
            foreach (var (text, count) in await Task.WhenAll(seeds.Select(seed => AnswerAsync(engine, Request(mode, seed), cancellationToken))))
            {
                looping += Loops.RepeatedShare(prompts.Ids(text)) > 0.5 ? 1 : 0;
                tokens += count;
            }
        }

        Figure.Print(
            "merging-loops", ("model", model), ("cutoff", share is null ? "no merging" : share), ("loop_rate", (double)looping / answers), ("answers", answers),
            ("mean_tokens", (double)tokens / answers));
    }

    private static GenerationRequest Request(MergingMode mode, int seed) => new()
    {
        Prompt = new Prompt.Conversation(
            [ChatTurn.FromText(ChatTurnRole.User, Questions[seed % Questions.Length])], [], new Dictionary<string, JsonElement>()),
        Sampling = new SamplingMode.Stochastic(0.7f, 0, 0.9f, 0, seed),
        Penalties = Penalties.None,
        MaxOutputTokens = Tokens,
        StopSequences = [],
        Output = OutputForm.FreeText.Instance,
        Drafter = "vanilla",
        Merging = mode,
        Tenant = "",
    };

    private static async Task<(string Text, int Tokens)> AnswerAsync(SlerpEngine engine, GenerationRequest request, CancellationToken cancellationToken)
    {
        await using var generation = await engine.GenerateAsync(request, cancellationToken);
        var text = "";
        while (true)
        {
            var segment = await generation.NextAsync(GenerationMode.Vanilla, cancellationToken);
            generation.Accept();
            text += segment.Text;
            if (segment.Finish is not null)
            {
                return (text, generation.Stats.OutputTokens);
            }
        }
    }
}
