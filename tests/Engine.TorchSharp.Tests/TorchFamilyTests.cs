using Slerp.Engine.Backends;
using Slerp.Engine.Tests.Models;

namespace Slerp.Engine.TorchSharp.Tests;

/// <summary>The laws of the families. libtorch picks kernels by size, so they hold within rounding, not bit for bit; integer formats round rounded activations anew.</summary>
public sealed class TorchFamilyTests : FamilyConformance
{
    private protected override IComputeBackend Create(int threads) => TestDevice.Open();

    private protected override double ToleranceOf(WeightFormat format) => format switch
    {
        WeightFormat.AsStored or WeightFormat.Float32 => 1e-3,
        WeightFormat.BFloat16 or WeightFormat.Float16 when !TestDevice.IsNarrow => 1e-3,
        _ => 0.5,
    };
}
