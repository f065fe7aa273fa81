using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Slerp.Benchmarks.Measuring;
using Slerp.Connector;
using Slerp.Connector.Hosting;
using Slerp.Engine;
using Slerp.Tests.Shared.Engine;

namespace Slerp.Benchmarks.Gate;

/// <summary>The product on the real engine, with faults on purpose; what should follow is computed by a bare decoder. One drill at a time.</summary>
internal sealed class FallbackDrill : IAsyncDisposable
{
    private readonly ServiceProvider _provider;
    private readonly DrillEngine _engine;
    private readonly DrillCheck _check;
    private readonly BareDecoder _bare;

    private FallbackDrill(ServiceProvider provider, DrillEngine engine, DrillCheck check, DrillMetrics metrics, BareDecoder bare)
    {
        (_provider, _engine, _check, _bare, Metrics) = (provider, engine, check, bare, metrics);
        Client = provider.GetRequiredService<IChatClient>();
    }

    /// <summary>The client.</summary>
    public IChatClient Client { get; }

    /// <summary>What the meter says.</summary>
    public DrillMetrics Metrics { get; }

    /// <summary>What computes.</summary>
    public FaultyBackend Backend => _engine.Backend!;

    /// <summary>Layers of the model.</summary>
    public int Layers => _bare.Model.Cache.Layers;

    /// <summary>Called when the check is about to fail a segment; null calls nobody.</summary>
    public Action? Struck
    {
        set => _check.Struck = value;
    }

    /// <summary>Loads a checkpoint behind the product's services.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="format">What its weights are packed into.</param>
    /// <param name="threads">Compute threads.</param>
    /// <param name="clock">The clock of circuits and time limits.</param>
    /// <param name="configure">Further options; null for none.</param>
    /// <param name="cancellationToken">Ends the load.</param>
    public static async Task<FallbackDrill> LoadAsync(
        string folder, WeightFormat format, int threads, TimeProvider clock, Action<SlerpChatClientOptions>? configure, CancellationToken cancellationToken)
    {
        var engine = new DrillEngine(clock);
        var check = new DrillCheck();
        var metrics = new DrillMetrics();
        var services = new ServiceCollection();
        services.AddSingleton<IEngineLoader>(engine);
        services.AddSingleton(clock);
        services.AddSingleton<IQualityCheck>(check);
        services.AddSlerpChatClient(options =>
        {
            options.ModelPath = folder;
            options.ModelId = metrics.ModelId;
            options.Engine.WeightFormat = format;
            options.Engine.Threads = threads;
            options.Engine.WarmStart = false;
            options.Engine.NotesFolder = "";
            // What a fault left in the cache would be taken for good.
            options.Engine.CachedPrefixes = 0;
            options.Quality.Checks = [];
            // On a busy machine only a check that hangs may be late.
            options.Quality.TimeLimit = TimeSpan.FromSeconds(30);
            options.Resilience.CircuitBreaker.MinimumThroughput = int.MaxValue;
            configure?.Invoke(options);
        });
        var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<SlerpChatClient>().LoadAsync(cancellationToken);
        var bare = BareDecoder.Load(new EngineOptions { ModelPath = folder, WeightFormat = format, Threads = threads, CachedPrefixes = 0, NotesFolder = "", WarmStart = false });
        return new FallbackDrill(provider, engine, check, metrics, bare);
    }

    /// <summary>A question over a passage, merged and judged; or drafted, where the drafter is to fail.</summary>
    public static (IReadOnlyList<ChatMessage> Messages, ChatOptions Options) Request(string passage, string question, int tokens, DrillFault fault)
    {
        var options = GateOptions.Of(tokens, fault.Kind == "drafter" ? null : new MergedWay(0.25), fault.Kind == "drafter" ? "never" : "lossy");
        options.AdditionalProperties![SlerpProperties.Drafter] = fault.Kind == "drafter" ? "auto" : "vanilla";
        return ([new ChatMessage(ChatRole.User, [new TextContent(passage).AsContext(), new TextContent(question)])], options);
    }

    /// <summary>Answers with a fault in it, and another in its drafter's second proposal where that is asked for.</summary>
    public async Task<DrillOutcome> RunAsync(
        DrillFault fault, IEnumerable<ChatMessage> messages, ChatOptions options, CancellationToken cancellationToken, bool alsoDrafter = false)
    {
        Arm(fault);
        SetDrafters(alsoDrafter ? 1 : fault.Kind == "drafter" ? fault.Segment : -1);
        var began = Stopwatch.GetTimestamp();
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in Client.GetStreamingResponseAsync(messages, options, cancellationToken))
        {
            updates.Add(update);
        }

        var elapsed = Stopwatch.GetElapsedTime(began);
        Disarm();
        return await JudgeAsync(updates, options.MaxOutputTokens!.Value, elapsed);
    }

    /// <summary>Makes the next answer fail.</summary>
    public void Arm(DrillFault fault)
    {
        _check.Fault = fault;
        Backend.Spoil = fault.Kind is "nan" or "step" ? Spoil(fault) : null;
        SetDrafters(fault.Kind == "drafter" ? fault.Segment : -1);
    }

    /// <summary>Ends the fault.</summary>
    public void Disarm()
    {
        Arm(DrillFault.None);
        Struck = null;
    }

    /// <summary>Pages that were not given back, once the engine has dropped what has ended.</summary>
    public async Task<int> PagesLeakedAsync()
    {
        // The engine drops what has ended at its next turn: one more request makes sure it took it.
        await Client.GetResponseAsync("x", GateOptions.Of(1, null, "never"));
        var leaked = int.MaxValue;
        for (var attempt = 0; attempt < 200 && leaked > 0; attempt++)
        {
            var (free, total) = _engine.Engine.CachePages;
            leaked = total - free;
            if (leaked > 0)
            {
                await Task.Delay(10);
            }
        }

        return leaked;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _check.Dispose();
        await _provider.DisposeAsync();
        _bare.Dispose();
        Metrics.Dispose();
    }

    private void SetDrafters(int left)
    {
        foreach (var drafter in _engine.Drafters)
        {
            drafter.Left = left;
        }
    }

    // One pass for the prompt, then one for each token.
    private Func<int, float[], bool> Spoil(DrillFault fault)
    {
        var at = (fault.Token * 2 * Layers) + fault.Call;
        return (call, residual) =>
        {
            if (call == at && fault.Kind == "step")
            {
                throw new InvalidOperationException("A drill throws.");
            }

            if (call == at)
            {
                Array.Fill(residual, float.NaN);
            }

            return call == at;
        };
    }

    private async Task<DrillOutcome> JudgeAsync(List<ChatResponseUpdate> updates, int mostTokens, TimeSpan elapsed)
    {
        var segments = updates.Select(static update => update.RawRepresentation).OfType<Segment>().ToList();
        int[] accepted = [.. segments.SelectMany(static segment => segment.Statistics.ToArray()).Select(static token => token.Token)];
        int[] prompt = [.. _bare.Model.Prompts.Encode(_engine.Last!.Prompt, "").Ids];
        int[] expected = [.. accepted, .. Continue([.. prompt, .. accepted], mostTokens - accepted.Length)];
        var text = Text(expected);
        var response = updates.ToChatResponse();
        response.AdditionalProperties!.TryGetValue(SlerpProperties.FallbackReason, out var reason);
        var shown = "";
        var prefixOk = true;
        foreach (var update in updates)
        {
            shown += update.Text;
            prefixOk &= text.StartsWith(shown, StringComparison.Ordinal);
        }

        return new DrillOutcome
        {
            PrefixOk = prefixOk,
            EqualsVanilla = response.Text == text,
            StrategyDiffers = !accepted.SequenceEqual(Continue(prompt, accepted.Length)),
            PagesLeaked = await PagesLeakedAsync(),
            Told = Metrics.TakeFallbacks(),
            Reason = reason as string,
            AcceptedSegments = segments.Count(static segment => !segment.Statistics.IsEmpty),
            AcceptedTokens = accepted.Length,
            Tokens = (response.Usage?.OutputTokenCount ?? 0, expected.Length),
            Finish = response.FinishReason?.Value,
            Elapsed = elapsed,
        };
    }

    private List<int> Continue(ReadOnlySpan<int> tokens, int count)
    {
        var slot = _bare.Open(tokens[..^1]);
        var written = new List<int>();
        for (var last = tokens[^1]; written.Count < count;)
        {
            last = _bare.Step(slot, last);
            if (_bare.Model.EndTokens.Contains(last))
            {
                break;
            }

            written.Add(last);
        }

        _bare.Close(slot);
        return written;
    }

    private string Text(int[] tokens)
    {
        var detokenizer = _bare.Model.Tokenizer.CreateDetokenizer(skipSpecial: true);
        return string.Concat(tokens.Select(token => detokenizer.Append(token))) + detokenizer.Flush();
    }
}
