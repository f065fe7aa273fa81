using Slerp.Engine.Backends;
using Slerp.Engine.Backends.Cpu;

namespace Slerp.Engine.Tests.Backends.Cpu;

/// <summary>The same laws for the kernels of lower levels, as far as this process can run them.</summary>
public abstract class CpuLevelTests : BackendConformance
{
    private protected abstract CpuLevel Level { get; }

    private protected override IComputeBackend Create()
    {
        var best = CpuLevels.Best();
        return new CpuBackend(new CpuBackendOptions(3, CpuLevels.Includes(best, Level) ? Level : best, FewestScreenedWeights: 1));
    }
}

public sealed class CpuAvx512WideVnniTests : CpuLevelTests
{
    private protected override CpuLevel Level => CpuLevel.Avx512WideVnni;
}

public sealed class CpuAvx512VnniTests : CpuLevelTests
{
    private protected override CpuLevel Level => CpuLevel.Avx512Vnni;
}

public sealed class CpuAvx512Tests : CpuLevelTests
{
    private protected override CpuLevel Level => CpuLevel.Avx512;
}

public sealed class CpuAvx2VnniTests : CpuLevelTests
{
    private protected override CpuLevel Level => CpuLevel.Avx2Vnni;
}

public sealed class CpuAvx2Tests : CpuLevelTests
{
    private protected override CpuLevel Level => CpuLevel.Avx2;
}

public sealed class CpuVector128Tests : CpuLevelTests
{
    private protected override CpuLevel Level => CpuLevel.Vector128;
}

public sealed class CpuScalarTests : CpuLevelTests
{
    private protected override CpuLevel Level => CpuLevel.Scalar;
}
