using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Slerp.Engine.Backends.Cpu.Memory;

namespace Slerp.Engine.Backends.Cpu.Kernels.MachineCode;

/// <summary>Puts machine code where it can be called: pages that are written once and then only read and executed, until the process ends.</summary>
internal static unsafe class CodePage
{
    /// <summary>Whether routines of ours can run in such a process at all.</summary>
    public static bool IsPossible => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && X86Base.IsSupported;

    /// <summary>The code's first byte, or null where the system, or a container's policy, refuses new code.</summary>
    public static byte* TryPublish(ReadOnlySpan<byte> code)
    {
        var bytes = (nuint)code.Length;
        var page = Pages.TryMap(bytes);
        if (page is null)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(page, code.Length));
        if (Pages.Protect(page, bytes, Pages.ReadExecute) == 0)
        {
            return page;
        }

        _ = Pages.Unmap(page, bytes);
        return null;
    }
}
