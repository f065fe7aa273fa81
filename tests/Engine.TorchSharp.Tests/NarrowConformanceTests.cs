using Slerp.Engine.Backends;
using Slerp.Engine.Tests.Backends;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>The verbs as a GPU does them, 16-bit values multiplied in 16 bits, on whatever device is under test.</summary>
public sealed class NarrowConformanceTests : BackendConformance
{
    /// <summary>BF16 keeps 8 bits: x, the sums and y are each rounded once.</summary>
    public const double Narrow = 0.02;

    private protected override IComputeBackend Create() => TestDevice.Open(isNarrow: true);

    private protected override double ToleranceOf(WeightFormat format) => format == WeightFormat.BFloat16 ? Narrow : Tolerance;

    private protected override double ToleranceOf(KvFormat format) => format == KvFormat.BFloat16 ? Narrow : Tolerance;
}
