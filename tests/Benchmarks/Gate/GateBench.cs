using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Measuring;
using Slerp.Connector;
using Slerp.Engine;

namespace Slerp.Benchmarks.Gate;

/// <summary>The product twice on the same model: judged as it is installed, and with every check asked but none obeyed.</summary>
internal sealed class GateBench : IAsyncDisposable
{
    private const double Budget = 0.95;

    private GateBench(ChatBench product, ChatBench scored, ChatBench? steered) => (Product, Scored, Steered) = (product, scored, steered);

    /// <summary>As it is installed.</summary>
    public ChatBench Product { get; }

    /// <summary>Every check's scores are told; all pass.</summary>
    public ChatBench Scored { get; }

    /// <summary>Every answer compared with the unmerged model, and the cutoff steered by a budget; null where nobody asks.</summary>
    public ChatBench? Steered { get; }

    /// <summary>Loads them.</summary>
    public static async Task<GateBench> LoadAsync(BenchSettings settings, bool steers, CancellationToken cancellationToken) => new(
        await ChatBench.LoadAsync(settings, cancellationToken, configure: KeepTheCircuitClosed),
        await ChatBench.LoadAsync(settings, cancellationToken, configure: NoneOfTheBuiltIn, checks: EngineCatalog.QualityChecks.Select(static name => new PassingCheck(EngineCatalog.QualityCheck(name)))),
        steers ? await ChatBench.LoadAsync(settings, cancellationToken, configure: Steer) : null);

    /// <summary>One answer, greedy and without drafts.</summary>
    public static Task<ChatResponse> AskAsync(IChatClient client, IEnumerable<ChatMessage> messages, int tokens, double? cutoff, string gate, CancellationToken cancellationToken) =>
        client.GetStreamingResponseAsync(messages, GateOptions.Of(tokens, cutoff, gate), cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await (Steered?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Scored.DisposeAsync();
        await Product.DisposeAsync();
    }

    // Each question is judged by itself: a circuit would let the first ones speak for the rest.
    private static void KeepTheCircuitClosed(SlerpChatClientOptions options) => options.Resilience.CircuitBreaker.MinimumThroughput = int.MaxValue;

    private static void Steer(SlerpChatClientOptions options)
    {
        KeepTheCircuitClosed(options);
        (options.Quality.ShadowShare, options.Quality.AgreementBudget) = (1, Budget);
    }

    private static void NoneOfTheBuiltIn(SlerpChatClientOptions options) => options.Quality.Checks = [];
}
