using System.Diagnostics;
using System.Diagnostics.Metrics;
using Polly.CircuitBreaker;
using Slerp.Connector.Resilience;

namespace Slerp.Connector.Telemetry;

/// <summary>How circuits stand: one measurement for each model and strategy. Thread-safe.</summary>
/// <remarks>
/// A model that clients know by several names is told by each of them. Where circuits of one name and strategy differ (two models of one name, or clients of one model with other circuit
/// options), the keys of their clients tell them apart.
/// </remarks>
internal sealed class CircuitGauge
{
    private const string DefaultClient = "default";

    private readonly Lock _lock = new();
    private readonly HashSet<ModelCircuits> _models = [];

    /// <param name="meter">The meter.</param>
    public CircuitGauge(Meter meter) => meter.CreateObservableGauge(SlerpTelemetry.CircuitState, States, unit: null, "A circuit: 0 closed, 1 half-open, 2 open, 3 held open by hand.");

    /// <summary>Tells of a model's circuits from now on.</summary>
    public void Watch(ModelCircuits model)
    {
        lock (_lock)
        {
            _models.Add(model);
        }
    }

    /// <summary>Ends <see cref="Watch"/>.</summary>
    public void Forget(ModelCircuits model)
    {
        lock (_lock)
        {
            _models.Remove(model);
        }
    }

    private List<Measurement<int>> States()
    {
        ModelCircuits[] models;
        lock (_lock)
        {
            models = [.. _models];
        }

        var told =
            from model in models
            from set in model.Sets
            from circuit in set.Circuits
            from clients in set.Clients.GroupBy(static client => client.ModelId)
            group (Clients: clients.Select(static client => client.Key), circuit.State) by (ModelId: clients.Key, circuit.Strategy);
        var measurements = new List<Measurement<int>>();
        foreach (var alike in told)
        {
            var isAlone = alike.Count() == 1;
            measurements.AddRange(alike.Select(one => new Measurement<int>(
                Number(one.State.CircuitState), Tags(alike.Key.ModelId, alike.Key.Strategy, isAlone ? null : one.Clients))));
        }

        return measurements;
    }

    private static TagList Tags(string modelId, string strategy, IEnumerable<string>? clients)
    {
        var tags = new TagList { { SlerpTelemetry.RequestModelTag, modelId }, { SlerpTelemetry.StrategyTag, strategy } };
        if (clients is not null)
        {
            tags.Add(SlerpTelemetry.ClientTag, string.Join(',', clients.Select(static key => key.Length == 0 ? DefaultClient : key).Order(StringComparer.Ordinal)));
        }

        return tags;
    }

    private static int Number(CircuitState state) => state switch
    {
        CircuitState.Closed => 0,
        CircuitState.HalfOpen => 1,
        CircuitState.Open => 2,
        _ => 3,
    };
}
