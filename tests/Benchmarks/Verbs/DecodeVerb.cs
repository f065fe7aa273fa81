using System.CommandLine;
using System.Diagnostics;
using Slerp.Benchmarks.Measuring;
using Slerp.Engine;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Tokens a second of one sequence, and the share of the memory's speed its weights are read with.</summary>
internal sealed class DecodeVerb() : Verb("decode", "Vanilla greedy decoding of one sequence against the streaming ceiling.")
{
    private readonly Option<bool> _kernel = new("--kernel") { Description = "The bare decoder loop in place of the path through IChatClient." };
    private readonly Option<int> _tokens = new Option<int>("--tokens") { DefaultValueFactory = _ => 64, Description = "Tokens decoded in each pair." }.AtLeast(2);

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_kernel, _tokens];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var tokens = parsed.GetValue(_tokens);
        settings = settings.Holding(settings.Context + tokens);
        using var ceiling = BenchBackends.MemoryCeiling(settings);
        if (parsed.GetValue(_kernel))
        {
            using var decoder = BareDecoder.Load(settings.EngineOptions);
            var prompts = new PromptText(settings.Folder);
            await MeasureAsync(settings, decoder.Model.Info, ceiling, "kernel", variant =>
                Task.FromResult(KernelRate(decoder, prompts.Ids(prompts.Of(settings.Context, variant)), tokens)));
        }
        else
        {
            await using var chat = await ChatBench.LoadAsync(settings, cancellationToken);
            var prompts = new PromptText(settings.Folder);
            await MeasureAsync(settings, chat.Model, ceiling, "chat", async variant =>
                await ChatRateAsync(chat, prompts.Of(settings.Context, variant), tokens, cancellationToken));
        }
    }

    /// <summary>Tokens a second of the bare loop.</summary>
    public static double KernelRate(BareDecoder decoder, ReadOnlySpan<int> prompt, int tokens)
    {
        var slot = decoder.Open(prompt[..^1]);
        var token = decoder.Step(slot, prompt[^1]);
        var began = Stopwatch.GetTimestamp();
        for (var index = 1; index < tokens; index++)
        {
            token = decoder.Step(slot, token);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        decoder.Close(slot);
        return (tokens - 1) / seconds;
    }

    /// <summary>Tokens a second of the product's path, from the first token to the last.</summary>
    public static async Task<double> ChatRateAsync(ChatBench chat, string prompt, int tokens, CancellationToken cancellationToken)
    {
        var statistics = await chat.ContinueAsync(prompt, tokens, cancellationToken);
        return statistics.OutputTokens > 1
            ? (statistics.OutputTokens - 1) / statistics.DecodeTime.TotalSeconds
            : throw new InvalidOperationException("The answer ended before its second token: nothing to measure. Use --weights random, or another prompt length.");
    }

    private static async Task MeasureAsync(BenchSettings settings, ModelInfo model, IMemoryCeiling ceiling, string path, Func<int, Task<double>> rateAsync)
    {
        var bytes = settings.BytesPerToken(model);
        Progress.Say($"{settings.Shape.Name} {settings.FormatName} on {model.Device}: {bytes / 1e6:N0} MB a token.");
        await WarmUp.RunAsync(() => rateAsync(0));
        Samples rates = new(), ceilings = new(), ratios = new();
        var before = ceiling.Measure();
        for (var pair = 1; pair <= settings.Pairs; pair++)
        {
            var rate = await rateAsync(pair);
            var after = ceiling.Measure();
            var around = (before + after) / 2;
            rates.Add(rate);
            ceilings.Add(around);
            ratios.Add(rate * bytes / 1e9 / around);
            before = after;
            Progress.Say($"  pair {pair}: {rate:F1} tokens/s, ceiling {around:F1} GB/s");
        }

        Figure.Print(
            "decode", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("backend", settings.Backend), ("threads", settings.Threads), ("ratio_to_ceiling", ratios.Median),
            ("tokens_per_second", rates.Median), ("bytes_per_token", bytes), ("ceiling_gb_per_second", ceilings.Median), ("path", path),
            ("context", settings.Context), ("pairs", settings.Pairs), ("ratio_min", ratios.Min), ("ratio_max", ratios.Max));
    }
}
