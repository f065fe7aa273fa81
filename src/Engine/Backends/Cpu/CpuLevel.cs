using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Slerp.Engine.Backends.Cpu.Kernels.Amx;
using Slerp.Engine.Backends.Cpu.Kernels.Vnni;

namespace Slerp.Engine.Backends.Cpu;

/// <summary>What the processor offers, as far as kernels differ by it.</summary>
internal enum CpuLevel
{
    /// <summary>No vectors.</summary>
    Scalar,

    /// <summary>128-bit vectors: any 64-bit x86 or Arm machine.</summary>
    Vector128,

    /// <summary>256-bit vectors with FMA.</summary>
    Avx2,

    /// <summary>The same, with 8-bit dot products.</summary>
    Avx2Vnni,

    /// <summary>512-bit vectors.</summary>
    Avx512,

    /// <summary>The same, with 8-bit dot products of 256 bits.</summary>
    Avx512Vnni,

    /// <summary>512-bit vectors, with 8-bit dot products of 512 bits; with or without those of 256.</summary>
    Avx512WideVnni,

    /// <summary>512-bit vectors and 8-bit dot products of 256 bits, with products and attention by whole tiles.</summary>
    Amx,
}

/// <summary>Finds the level.</summary>
internal static class CpuLevels
{
    /// <summary>The best level of this process: the processor's, less what the runtime's configuration switches off.</summary>
    public static CpuLevel Best()
    {
        if (Avx2.IsSupported && Fma.IsSupported)
        {
            if (Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Vector512.IsHardwareAccelerated)
            {
                return AvxVnni.IsSupported && TileUnit.IsSupported ? CpuLevel.Amx
                    : WideDot.IsSupported ? CpuLevel.Avx512WideVnni
                    : AvxVnni.IsSupported ? CpuLevel.Avx512Vnni
                    : CpuLevel.Avx512;
            }

            return AvxVnni.IsSupported ? CpuLevel.Avx2Vnni : CpuLevel.Avx2;
        }

        return Vector128.IsHardwareAccelerated ? CpuLevel.Vector128 : CpuLevel.Scalar;
    }

    /// <summary>Whether a process whose best level is <paramref name="best"/> can run kernels of <paramref name="level"/>.</summary>
    public static bool Includes(CpuLevel best, CpuLevel level) => level <= best && level switch
    {
        CpuLevel.Avx2Vnni or CpuLevel.Avx512Vnni => AvxVnni.IsSupported,
        CpuLevel.Avx512WideVnni => WideDot.IsSupported,
        _ => true,
    };

    /// <summary>The level in words.</summary>
    public static string Describe(CpuLevel level) => level switch
    {
        CpuLevel.Amx => "AMX, AVX-512 with VNNI",
        CpuLevel.Avx512WideVnni => "AVX-512 with VNNI of 512 bits",
        CpuLevel.Avx512Vnni => "AVX-512 with VNNI",
        CpuLevel.Avx512 => "AVX-512",
        CpuLevel.Avx2Vnni => "AVX2 with VNNI",
        CpuLevel.Avx2 => "AVX2",
        CpuLevel.Vector128 => "128-bit vectors",
        _ => "scalar",
    };
}
