using System.Diagnostics.Metrics;

namespace Slerp.Connector.Tests.Doubles;

/// <summary>A factory whose meter is told from those of other tests.</summary>
internal sealed class OneMeter : IMeterFactory
{
    /// <summary>The meter; null before it is asked for.</summary>
    public Meter? Made { get; private set; }

    public Meter Create(MeterOptions options) => Made = new Meter(options);

    public void Dispose() => Made?.Dispose();
}
