using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Measuring;
using Slerp.Connector;
using Slerp.Engine;

namespace Slerp.Benchmarks.Gate;

/// <summary>The product twice on the same model: judged as it is installed, and with every check asked but none obeyed.</summary>
internal sealed class GateBench : IAsyncDisposable
{
    private GateBench(ChatBench product, ChatBench scored) => (Product, Scored) = (product, scored);

    /// <summary>As it is installed.</summary>
    public ChatBench Product { get; }

    /// <summary>Every check's scores are told; all pass.</summary>
    public ChatBench Scored { get; }

    /// <summary>Loads both.</summary>
    public static async Task<GateBench> LoadAsync(BenchSettings settings, CancellationToken cancellationToken) => new(
        await ChatBench.LoadAsync(settings, cancellationToken, configure: KeepTheCircuitClosed),
        await ChatBench.LoadAsync(settings, cancellationToken, configure: NoneOfTheBuiltIn, checks: EngineCatalog.QualityChecks.Select(static name => new PassingCheck(EngineCatalog.QualityCheck(name)))));

    /// <summary>One answer, greedy and without drafts.</summary>
    public static Task<ChatResponse> AskAsync(IChatClient client, IEnumerable<ChatMessage> messages, int tokens, double? cutoff, string gate, CancellationToken cancellationToken) =>
        client.GetStreamingResponseAsync(messages, GateOptions.Of(tokens, cutoff, gate), cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Scored.DisposeAsync();
        await Product.DisposeAsync();
    }

    // Each question is judged by itself: a circuit would let the first ones speak for the rest.
    private static void KeepTheCircuitClosed(SlerpChatClientOptions options) => options.Resilience.CircuitBreaker.MinimumThroughput = int.MaxValue;

    private static void NoneOfTheBuiltIn(SlerpChatClientOptions options) => options.Quality.Checks = [];
}
