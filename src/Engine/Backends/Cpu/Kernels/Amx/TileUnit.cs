using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Slerp.Engine.Backends.Cpu.Kernels.MachineCode;

namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>The processor's unit for products of whole tiles (Intel AMX), which .NET has no intrinsics for: routines of machine code in a page of their own.</summary>
/// <remarks>
/// <para>A tile is 16 rows of 64 bytes. A routine multiplies rows of activations with a panel of weights; the tiles are a thread's own and stay its own between
/// <see cref="Configure"/> and <see cref="Release"/>.</para>
/// <para>Linux on x86-64 only; where processor, system or its policy do not serve it, <see cref="IsSupported"/> is false and the kernels of the level below are used.
/// The AppContext switch <c>Slerp.DisableAmx</c> does the same.</para>
/// <para>The permission is the process's. The system refuses it where a thread of the process has a signal stack too small for tiles, and once it is granted refuses such
/// stacks of up to 11 KiB to every thread: libraries that bring one of the old constant size notice.</para>
/// <para>A collection waits for a thread within a routine: some tens of microseconds at most. Thread-safety: the page is written once and only read thereafter.</para>
/// </remarks>
internal static unsafe partial class TileUnit
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 16;

    /// <summary>Bytes of a tile's row.</summary>
    public const int RowBytes = 64;

    private const string Switch = "Slerp.DisableAmx";
    private const int FeatureLeaf = 7;
    private const int Bfloat16Bit = 22;
    private const int TileBit = 24;
    private const int Int8Bit = 25;
    private const nint ArchPrctl = 158;
    private const nint RequestPermission = 0x1023;
    private const nint TileData = 18;

    private static readonly TileRoutines Routines = TileRoutines.Assemble();
    private static readonly byte* Page = Prepare();

    /// <summary>Whether this process may use it.</summary>
    public static bool IsSupported => Page is not null;

    /// <summary>Gives this thread's tiles their shapes.</summary>
    public static void Configure(in TileShapes shapes)
    {
        fixed (TileShapes* operand = &shapes)
        {
            ((delegate* unmanaged[SuppressGCTransition]<TileShapes*, void>)Page)(operand);
        }
    }

    /// <summary>Gives this thread's tiles back.</summary>
    public static void Release() => ((delegate* unmanaged[SuppressGCTransition]<void>)(Page + Routines.Release))();

    /// <summary>Product of 16 quantised rows with 16 columns of 8-bit weights; <see cref="TileWork.Steps"/> is one less than the blocks of k.</summary>
    public static void MultiplyBytes(ref TileWork work) => Run(Routines.Bytes, ref work);

    /// <summary>Product of 16 halved rows, or of 32, with 32 columns of bfloat16 weights; <see cref="TileWork.Steps"/> counts 32 of k.</summary>
    public static void MultiplyHalves(ref TileWork work, bool isPair) => Run(isPair ? Routines.HalvesOfTwoTiles : Routines.HalvesOfOneTile, ref work);

    private static void Run(int routine, ref TileWork work)
    {
        fixed (TileWork* operand = &work)
        {
            ((delegate* unmanaged[SuppressGCTransition]<TileWork*, void>)(Page + routine))(operand);
        }
    }

    /// <summary>The page of routines, or null where there can be none.</summary>
    private static byte* Prepare()
    {
        if (!CodePage.IsPossible || (AppContext.TryGetSwitch(Switch, out var isOff) && isOff) || !HasInstructions())
        {
            return null;
        }

        try
        {
            // Asked for on this thread first: where it is refused, tiles would not be safe on any.
            _ = SignalStack.Grow();
            // The system grants tile registers to a process that asks; a container's policy may refuse, and may refuse new code as well.
            if (Call(ArchPrctl, RequestPermission, TileData) != 0)
            {
                return null;
            }

            return CodePage.TryPublish(Routines.Code);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or DeviceException)
        {
            // A system without these calls has no tiles to give either.
            return null;
        }
    }

    private static bool HasInstructions()
    {
        if (X86Base.CpuId(0, 0).Eax < FeatureLeaf)
        {
            return false;
        }

        const int needed = (1 << Bfloat16Bit) | (1 << TileBit) | (1 << Int8Bit);
        return (X86Base.CpuId(FeatureLeaf, 0).Edx & needed) == needed;
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Call(nint number, nint first, nint second);
}
