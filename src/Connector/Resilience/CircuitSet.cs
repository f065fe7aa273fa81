using System.Collections.Concurrent;
using Polly;
using Polly.CircuitBreaker;

namespace Slerp.Connector.Resilience;

/// <summary>The circuits of one model for all clients with the same circuit options: one for each strategy, made when it is first asked for. Thread-safe.</summary>
/// <remarks>It is the model's: a client that is disposed leaves it as it is to the others.</remarks>
/// <param name="options">The options of the client that came first; those of the others are equal.</param>
/// <param name="time">The clock of its circuits.</param>
internal sealed class CircuitSet(ResilienceOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Lazy<Circuit>> _circuits = new(StringComparer.Ordinal);
    private volatile CircuitClient[] _clients = [];

    /// <summary>Whose it is.</summary>
    public IReadOnlyList<CircuitClient> Clients => _clients;

    /// <summary>The circuits there are.</summary>
    public IEnumerable<Circuit> Circuits => _circuits.Values.Where(static circuit => circuit.IsValueCreated).Select(static circuit => circuit.Value);

    /// <summary>The circuit of a strategy.</summary>
    public Circuit Of(string strategy) => _circuits.GetOrAdd(strategy, name => new Lazy<Circuit>(() => Create(name))).Value;

    /// <summary>One more client. One caller at a time.</summary>
    public void Add(CircuitClient client) => _clients = [.. _clients, client];

    private Circuit Create(string strategy)
    {
        var state = new CircuitBreakerStateProvider();
        var pipeline = new ResiliencePipelineBuilder<DecodingOutcome> { Name = "slerp", InstanceName = $"{_clients[0].ModelId}/{strategy}", TimeProvider = time }
            .AddVanillaFallback()
            .AddCircuitBreaker(options.ToCircuitBreaker(state))
            .Build();
        return new Circuit(strategy, pipeline, state);
    }
}
