using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;
using Xunit.Abstractions;

namespace Slerp.Engine.Tests.Backends.Cpu;

/// <summary>The CPU backend at the best level of this process.</summary>
public sealed class CpuBackendTests(ITestOutputHelper output) : BackendConformance
{
    private protected override IComputeBackend Create() => new CpuBackend(new CpuBackendOptions());

    [Fact]
    public void Level_IsTheOneTheRunAskedFor()
    {
        output.WriteLine($"CPU level of this run: {CpuLevels.Best()}; {Backend.Description}");
        var expected = Environment.GetEnvironmentVariable("SLERP_EXPECT_LEVEL");
        if (!string.IsNullOrEmpty(expected))
        {
            Assert.Equal(expected, CpuLevels.Best().ToString());
        }
    }

    [Fact]
    public void Options_BeyondTheMachine_AreRefused()
    {
        Assert.Contains("257", Assert.Throws<ArgumentException>(() => new CpuBackend(new CpuBackendOptions(257))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new CpuBackend(new CpuBackendOptions(-1)));
        var error = Assert.Throws<DeviceException>(() => Backend.CreateKvStore(int.MaxValue / 64, 8, 128, KvFormat.Float32));
        Assert.Contains("bytes", error.Message, StringComparison.Ordinal);
    }
}
