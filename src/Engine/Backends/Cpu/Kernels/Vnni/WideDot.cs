using System.Runtime.Intrinsics.X86;
using Slerp.Engine.Backends.Cpu.Kernels.MachineCode;

namespace Slerp.Engine.Backends.Cpu.Kernels.Vnni;

/// <summary>8-bit dot products of 512 bits (AVX512_VNNI), which .NET 10 has no intrinsics for: routines of machine code in pages of their own.</summary>
/// <remarks>
/// Linux on x86-64 only; where processor, runtime, system or its policy do not serve them, <see cref="IsSupported"/> is false and the 256-bit kernels are used.
/// The AppContext switch <c>Slerp.DisableWideVnni</c> does the same. Unlike tiles, these registers are the runtime's own: it asks the system for nothing.
/// Thread-safety: the pages are written once and only read thereafter.
/// </remarks>
internal static unsafe class WideDot
{
    private const string Switch = "Slerp.DisableWideVnni";
    private const int FeatureLeaf = 7;
    private const int VnniBit = 11;

    private static readonly WideRoutines? Routines = IsWanted() ? WideRoutines.Assemble() : null;
    private static readonly byte* Page = Publish();

    /// <summary>Whether this process may use them.</summary>
    public static bool IsSupported => Page is not null;

    /// <summary>Product of 1 to <see cref="WideRoutines.TileRows"/> quantised rows with 16 columns of 8-bit or 4-bit weights; alone where no other rows meet them.</summary>
    public static void Multiply(in WideWork work, int rows, bool isInt4, bool isAlone)
    {
        fixed (WideWork* operand = &work)
        {
            ((delegate* unmanaged[SuppressGCTransition]<WideWork*, void>)(Page + Routines!.Begin(rows, isInt4, isAlone)))(operand);
        }
    }

    private static bool IsWanted() => CodePage.IsPossible && !(AppContext.TryGetSwitch(Switch, out var isOff) && isOff) && HasInstructions();

    private static byte* Publish()
    {
        try
        {
            return Routines is null ? null : CodePage.TryPublish(Routines.Code);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    // The runtime's own answer comes first: it knows whether the system keeps 512-bit registers, and whether its configuration switches them off.
    private static bool HasInstructions() =>
        Avx512BW.IsSupported && X86Base.CpuId(0, 0).Eax >= FeatureLeaf && (X86Base.CpuId(FeatureLeaf, 0).Ecx & (1 << VnniBit)) != 0;
}
