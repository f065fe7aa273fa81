using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Slerp.Engine.Backends.Cpu.Kernels.Amx;
using Slerp.Engine.Backends.Cpu.Kernels.Lanes;
using Slerp.Engine.Backends.Cpu.Kernels.Products;
using Slerp.Engine.Backends.Cpu.Kernels.Vnni;

namespace Slerp.Engine.Backends.Cpu.Kernels;

/// <summary>Which vectors make up a level.</summary>
internal static class KernelSets
{
    /// <summary>The kernels of a level the machine has.</summary>
    public static KernelSet Create(CpuLevel level) => level switch
    {
        CpuLevel.Amx => new TileKernelSet(),
        CpuLevel.Avx512WideVnni when AvxVnni.IsSupported =>
            new WideKernelSet<DotVnni, Vector256<int>, Lanes256, Vector256<float>>(WideTile.FewestRowsBesideVnni),
        CpuLevel.Avx512WideVnni =>
            new WideKernelSet<DotWiden512, Vector512<int>, Lanes512, Vector512<float>>(fewestRows: 1),
        CpuLevel.Avx512Vnni =>
            new KernelSet<Lanes512, Vector512<float>, DotVnni, Vector256<int>, Lanes256, Vector256<float>>(),
        CpuLevel.Avx512 =>
            new KernelSet<Lanes512, Vector512<float>, DotWiden512, Vector512<int>, Lanes512, Vector512<float>>(),
        CpuLevel.Avx2Vnni =>
            new KernelSet<Lanes256, Vector256<float>, DotVnni, Vector256<int>, Lanes256, Vector256<float>>(),
        CpuLevel.Avx2 =>
            new KernelSet<Lanes256, Vector256<float>, DotWiden256, Vector256<int>, Lanes256, Vector256<float>>(),
        CpuLevel.Vector128 =>
            new KernelSet<Lanes128, Vector128<float>, DotWiden128, Vector128<int>, Lanes128, Vector128<float>>(),
        _ => new KernelSet<Lanes1, float, DotScalar, int, Lanes1, float>(),
    };
}
