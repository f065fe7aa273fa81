using Slerp.Engine.Backends.Cpu;
using Slerp.Engine.Checkpoints;

namespace Slerp.Engine.Tests;

public sealed class KvFormatChoiceTests
{
    [Theory]
    [InlineData(WeightFormat.AsStored, 100, 10, 0, KvFormat.Float32)]
    [InlineData(WeightFormat.AsStored, 10, 100, 0, KvFormat.BFloat16)]
    // The processor keeps F16 in 32 bits.
    [InlineData(WeightFormat.AsStored, 10, 0, 100, KvFormat.Float32)]
    [InlineData(WeightFormat.AsStored, 30, 40, 30, KvFormat.Float32)]
    [InlineData(WeightFormat.Float32, 0, 100, 0, KvFormat.Float32)]
    [InlineData(WeightFormat.BFloat16, 100, 0, 0, KvFormat.BFloat16)]
    [InlineData(WeightFormat.Int8Block32, 100, 0, 0, KvFormat.BFloat16)]
    [InlineData(WeightFormat.Int4Block32, 0, 0, 100, KvFormat.BFloat16)]
    public void Resolve_AsWeights_FollowsWhatMostWeightsAreKeptIn(WeightFormat weights, long float32, long bfloat16, long float16, KvFormat expected)
    {
        using var backend = new CpuBackend(new CpuBackendOptions(1));
        var stored = new StoredWeights(float32, bfloat16, float16);
        var options = new EngineOptions { ModelPath = "", WeightFormat = weights };
        Assert.Equal(expected, KvFormatChoice.Resolve(options, stored, backend));
        foreach (var asked in new[] { KvFormat.Float32, KvFormat.BFloat16 })
        {
            Assert.Equal(asked, KvFormatChoice.Resolve(options with { KvFormat = asked }, stored, backend));
        }
    }
}
