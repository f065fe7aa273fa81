using System.CommandLine;
using Slerp.Benchmarks.Measuring;

namespace Slerp.Benchmarks.Verbs;

/// <summary>What the product's path costs over the bare loop: queue, engine thread, run buffer, text, updates.</summary>
internal sealed class OverheadVerb() : Verb("overhead", "Decoding through IChatClient over the bare decoder loop, interleaved.")
{
    private readonly Option<int> _tokens = new Option<int>("--tokens") { DefaultValueFactory = _ => 64, Description = "Tokens decoded in each half of a pair." }.AtLeast(2);

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_tokens];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var tokens = parsed.GetValue(_tokens);
        settings = settings.Holding(settings.Context + tokens);
        var prompts = new PromptText(settings.Folder);
        using var decoder = BareDecoder.Load(settings.EngineOptions);
        await using var chat = await ChatBench.LoadAsync(settings, cancellationToken);
        Samples ratios = new(), kernels = new(), chats = new();
        await WarmUp.RunAsync(() =>
        {
            var text = prompts.Of(settings.Context, 0);
            DecodeVerb.KernelRate(decoder, prompts.Ids(text), tokens);
            return DecodeVerb.ChatRateAsync(chat, text, tokens, cancellationToken);
        });
        for (var pair = 1; pair <= settings.Pairs; pair++)
        {
            var text = prompts.Of(settings.Context, pair);
            var ids = prompts.Ids(text);
            var before = DecodeVerb.KernelRate(decoder, ids, tokens);
            var product = await DecodeVerb.ChatRateAsync(chat, text, tokens, cancellationToken);
            var kernel = (before + DecodeVerb.KernelRate(decoder, ids, tokens)) / 2;
            ratios.Add(kernel / product);
            kernels.Add(kernel);
            chats.Add(product);
            Progress.Say($"  pair {pair}: bare {kernel:F1}, product {product:F1} tokens/s");
        }

        Figure.Print(
            "overhead", ("shape", settings.Shape.Name), ("format", settings.FormatName), ("threads", settings.Threads), ("cost", ratios.Median),
            ("kernel_tokens_per_second", kernels.Median), ("tokens_per_second", chats.Median), ("pairs", settings.Pairs),
            ("cost_min", ratios.Min), ("cost_max", ratios.Max));
    }
}
