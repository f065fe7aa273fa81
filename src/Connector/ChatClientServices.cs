using Microsoft.Extensions.Logging;
using Polly.Registry;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector;

/// <summary>What a client reports to.</summary>
internal sealed record ChatClientServices(ILogger Logger, SlerpInstruments Instruments, TimeProvider Time)
{
    /// <summary>The application's own checks.</summary>
    public IReadOnlyList<IQualityCheck> Checks { get; init; } = [];

    /// <summary>The key the client is registered under; empty for none.</summary>
    public string Key { get; init; } = "";

    /// <summary>The application's own pipelines; null where it has none.</summary>
    public ResiliencePipelineProvider<string>? Pipelines { get; init; }
}
