using Slerp.Engine.Tests;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>Faults of any verb around the backend: what a step left behind does not reach the next.</summary>
public sealed class TorchDeviceFaultTests : DeviceFaultConformance
{
    private protected override EngineOptions On(EngineOptions options) => TestDevice.On(options);
}
