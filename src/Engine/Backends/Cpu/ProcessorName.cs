using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Slerp.Engine.Backends.Cpu;

/// <summary>The processor's own name for itself.</summary>
internal static class ProcessorName
{
    // Intel's and AMD's manuals: the functions that spell the brand in 48 characters.
    private const int LastExtendedFunction = unchecked((int)0x80000000);
    private const int FirstBrandFunction = unchecked((int)0x80000002);
    private const int BrandFunctions = 3;

    /// <summary>Reads it; the architecture's name where the processor does not tell.</summary>
    public static string Read()
    {
        if (!X86Base.IsSupported || unchecked((uint)X86Base.CpuId(LastExtendedFunction, 0).Eax) < unchecked((uint)(FirstBrandFunction + BrandFunctions - 1)))
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }

        Span<int> registers = stackalloc int[BrandFunctions * 4];
        for (var function = 0; function < BrandFunctions; function++)
        {
            (registers[function * 4], registers[(function * 4) + 1], registers[(function * 4) + 2], registers[(function * 4) + 3]) =
                X86Base.CpuId(FirstBrandFunction + function, 0);
        }

        return System.Text.Encoding.ASCII.GetString(MemoryMarshal.AsBytes(registers)).TrimEnd('\0').Trim();
    }
}
