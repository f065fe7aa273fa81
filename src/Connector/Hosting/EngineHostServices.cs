using Microsoft.Extensions.Logging;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.Hosting;

/// <summary>What a host reports to while it loads.</summary>
internal sealed record EngineHostServices(ILogger Logger, SlerpInstruments Instruments, TimeProvider Time, IProgress<LoadProgress>? Progress);
