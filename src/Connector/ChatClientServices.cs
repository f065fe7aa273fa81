using Microsoft.Extensions.Logging;
using Slerp.Connector.Telemetry;

namespace Slerp.Connector;

/// <summary>What a client reports to.</summary>
internal sealed record ChatClientServices(ILogger Logger, SlerpInstruments Instruments, TimeProvider Time);
