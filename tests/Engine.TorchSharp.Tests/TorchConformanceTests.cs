using Slerp.Engine.Backends;
using Slerp.Engine.Tests.Backends;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>The verbs on the device under test, in its own way.</summary>
public sealed class TorchConformanceTests : BackendConformance
{
    private protected override IComputeBackend Create() => TestDevice.Open();

    private protected override double ToleranceOf(WeightFormat format) =>
        TestDevice.IsNarrow && format == WeightFormat.BFloat16 ? NarrowConformanceTests.Narrow : Tolerance;

    private protected override double ToleranceOf(KvFormat format) =>
        TestDevice.IsNarrow && format == KvFormat.BFloat16 ? NarrowConformanceTests.Narrow : Tolerance;
}
