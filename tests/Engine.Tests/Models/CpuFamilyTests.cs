using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;

namespace Slerp.Engine.Tests.Models;

/// <summary>The laws on the CPU backend, bit for bit.</summary>
public sealed class CpuFamilyTests : FamilyConformance
{
    private protected override IComputeBackend Create(int threads) => new CpuBackend(new CpuBackendOptions(threads));
}
