using Microsoft.Extensions.AI;
using Slerp.Benchmarks.Measuring;
using Slerp.Connector;
using Slerp.Engine;

namespace Slerp.Benchmarks.Gate;

/// <summary>The product as the gate is measured on it: judged as it is installed, with every check asked but none obeyed, and steered.</summary>
internal static class GateBench
{
    private const double Budget = 0.95;

    /// <summary>As it is installed.</summary>
    public static Task<ChatBench> LoadProductAsync(BenchSettings settings, CancellationToken cancellationToken, string[]? checks = null) =>
        ChatBench.LoadAsync(settings, cancellationToken, configure: options =>
        {
            KeepTheCircuitClosed(options);
            if (checks is { Length: > 0 })
            {
                options.Quality.Checks = checks;
            }
        });

    /// <summary>The checks' scores are told; all pass.</summary>
    public static Task<ChatBench> LoadScoredAsync(BenchSettings settings, IEnumerable<string> checks, CancellationToken cancellationToken) => ChatBench.LoadAsync(
        settings, cancellationToken, configure: NoneOfTheBuiltIn, checks: checks.Select(static name => new PassingCheck(EngineCatalog.QualityCheck(name))));

    /// <summary>Every answer compared with the unmerged model, and the cutoff steered by a budget.</summary>
    public static Task<ChatBench> LoadSteeredAsync(BenchSettings settings, CancellationToken cancellationToken) =>
        ChatBench.LoadAsync(settings, cancellationToken, configure: Steer);

    /// <summary>One answer, greedy and without drafts.</summary>
    public static Task<ChatResponse> AskAsync(IChatClient client, IEnumerable<ChatMessage> messages, int tokens, MergedWay? way, string gate, CancellationToken cancellationToken) =>
        client.GetStreamingResponseAsync(messages, GateOptions.Of(tokens, way, gate), cancellationToken).ToChatResponseAsync(cancellationToken);

    // Each question is judged by itself: a circuit would let the first ones speak for the rest.
    private static void KeepTheCircuitClosed(SlerpChatClientOptions options) => options.Resilience.CircuitBreaker.MinimumThroughput = int.MaxValue;

    private static void Steer(SlerpChatClientOptions options)
    {
        KeepTheCircuitClosed(options);
        (options.Quality.ShadowShare, options.Quality.AgreementBudget) = (1, Budget);
    }

    private static void NoneOfTheBuiltIn(SlerpChatClientOptions options) => options.Quality.Checks = [];
}
