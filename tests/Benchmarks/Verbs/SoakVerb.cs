using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Slerp.Benchmarks.Measuring;
using Slerp.Benchmarks.Soak;
using Slerp.Connector;
using Slerp.Engine;

namespace Slerp.Benchmarks.Verbs;

/// <summary>Many callers at once who ask for everything, cancel and leave: whether anything fails, hangs or stays behind.</summary>
internal sealed class SoakVerb() : Verb("soak", "Many concurrent callers with random cancellation: failures must be 0, pages and memory back to where they were.")
{
    /// <summary>So many touch all of the KV cache while they warm it up: memory counts from its first use.</summary>
    private const int WarmingCallers = 200;

    private readonly Option<int> _seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 300, Description = "How long, after a tenth of it to warm up." }.AtLeast(1);
    private readonly Option<int> _callers = new Option<int>("--callers") { DefaultValueFactory = _ => 200, Description = "Callers at once." }.AtLeast(1);
    private readonly Option<int> _seed = new("--seed") { DefaultValueFactory = _ => 1, Description = "Of what is asked and when it is cancelled." };

    /// <inheritdoc />
    protected override IEnumerable<Option> Options => [_seconds, _callers, _seed];

    /// <inheritdoc />
    protected override async Task RunAsync(BenchSettings settings, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (seconds, callers, seed) = (parsed.GetValue(_seconds), parsed.GetValue(_callers), parsed.GetValue(_seed));
        await using var provider = Services(settings, callers);
        await provider.GetRequiredService<SlerpChatClient>().LoadAsync(cancellationToken);
        var engine = provider.GetRequiredService<IChatClient>().GetService<SlerpEngine>()!;
        await AskAsync(provider, Math.Max(callers, WarmingCallers), Math.Max(1, seconds / 10), seed + 1_000_000, cancellationToken);
        var start = await SoakFootprint.TakeAsync(engine, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        var tally = await AskAsync(provider, callers, seconds, seed, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(began);
        var end = await SoakFootprint.TakeAsync(engine, cancellationToken);
        foreach (var failure in tally.Told)
        {
            Progress.Say("  " + failure);
        }

        var isBack = end.IsBackTo(start);
        Figure.Print(
            "soak", ("shape", settings.Shape.Name), ("callers", callers), ("seconds", elapsed.TotalSeconds), ("requests", tally.Requests), ("answered", tally.Answered),
            ("cancelled", tally.Cancelled), ("left", tally.Left), ("failures", tally.Failed), ("tokens", tally.Tokens), ("pages_free", end.FreePages),
            ("pages", end.TotalPages), ("queued", end.Waiting), ("managed_bytes_before", start.ManagedBytes), ("managed_bytes_after", end.ManagedBytes),
            ("resident_bytes_before", start.ResidentBytes), ("resident_bytes_after", end.ResidentBytes), ("back_to_base", isBack));
        if (tally.Failed > 0 || !isBack)
        {
            throw new InvalidOperationException($"{tally.Failed} requests failed that nobody had cancelled; back to base: {isBack}.");
        }
    }

    private static ServiceProvider Services(BenchSettings settings, int callers)
    {
        var services = new ServiceCollection();
        services.AddSlerpChatClient(options =>
        {
            options.ModelPath = settings.Folder;
            options.Engine.WeightFormat = settings.Format;
            options.Engine.Threads = settings.Threads;
            options.Engine.NotesFolder = "";
            // A caller has two texts embedded at once.
            options.Engine.QueueLimit = Math.Max(callers, WarmingCallers) * 2;
        });
        services.AddSlerpEmbeddingGenerator(options => options.ModelPath = settings.Folder);
        return services.BuildServiceProvider();
    }

    private static async Task<SoakTally> AskAsync(ServiceProvider provider, int callers, int seconds, int seed, CancellationToken cancellationToken)
    {
        var (client, embeddings) = (provider.GetRequiredService<IChatClient>(), provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
        var tally = new SoakTally();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(TimeSpan.FromSeconds(seconds));
        var all = Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => new SoakCaller(client, embeddings, tally, seed + caller).RunAsync(over.Token), CancellationToken.None)));
        var began = Stopwatch.GetTimestamp();
        while (await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(10), CancellationToken.None)) != all)
        {
            var elapsed = Stopwatch.GetElapsedTime(began);
            Progress.Say($"  {elapsed.TotalSeconds:F0} s: {tally.Requests:N0} requests, {tally.Failed} failed");
            if (elapsed > TimeSpan.FromSeconds(seconds) + TimeSpan.FromMinutes(5))
            {
                tally.Fail("Callers are still waiting for answers five minutes after the end.");
                return tally;
            }
        }

        await all;
        return tally;
    }
}
