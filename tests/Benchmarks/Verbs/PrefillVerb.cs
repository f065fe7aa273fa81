using System.CommandLine;
using System.Diagnostics;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Prompt tokens a second.</summary>
internal sealed class PrefillVerb() : Verb("prefill", "Reading a prompt, a fresh one each time.")
{
    private readonly Option<bool> _kernel = new("--kernel") { Description = "The bare decoder loop in place of the path through IChatClient." };
    private readonly Option<int> _tokens = new Option<int>("--tokens") { DefaultValueFactory = _ => 512, Description = "Tokens of the prompt." }.AtLeast(1);

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_kernel, _tokens];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var tokens = parsed.GetValue(_tokens);
        // One more for the token that is decoded.
        settings = settings.Holding(tokens + 1);
        var prompts = new PromptText(settings.Folder);
        if (parsed.GetValue(_kernel))
        {
            using var decoder = BareDecoder.Load(settings.EngineOptions);
            await MeasureAsync(settings, "kernel", variant => Task.FromResult(Kernel(decoder, prompts.Ids(prompts.Of(tokens, variant)))));
        }
        else
        {
            await using var chat = await ChatBench.LoadAsync(settings, cancellationToken);
            await MeasureAsync(settings, "chat", async variant =>
            {
                var statistics = await chat.ContinueAsync(prompts.Of(tokens, variant), 1, cancellationToken);
                return (statistics.PromptTokens - statistics.CachedPromptTokens, statistics.PrefillTime.TotalSeconds);
            });
        }
    }

    private static (long Tokens, double Seconds) Kernel(BareDecoder decoder, ReadOnlySpan<int> prompt)
    {
        var slot = decoder.Open([]);
        var began = Stopwatch.GetTimestamp();
        decoder.Prefill(slot, prompt);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        decoder.Close(slot);
        return (prompt.Length, seconds);
    }

    private static async Task MeasureAsync(BenchSettings settings, string path, Func<int, Task<(long Tokens, double Seconds)>> readAsync)
    {
        var warming = 1_000;
        await WarmUp.RunAsync(() => readAsync(--warming));
        var rates = new Samples();
        var read = 0L;
        for (var pass = 1; pass <= settings.Pairs; pass++)
        {
            var (tokens, seconds) = await readAsync(pass);
            rates.Add(tokens / seconds);
            read = tokens;
            Progress.Say($"  pass {pass}: {tokens} tokens in {seconds * 1000:F1} ms");
        }

        Figure.Print(
            "prefill", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("threads", settings.Threads), ("tokens_per_second", rates.Median),
            ("prompt_tokens", read), ("gflops", rates.Median * 2 * (settings.Shape.WeightsPerToken - ((double)settings.Shape.Vocabulary * settings.Shape.Width)) / 1e9),
            ("path", path), ("passes", settings.Pairs), ("min", rates.Min), ("max", rates.Max));
    }
}
