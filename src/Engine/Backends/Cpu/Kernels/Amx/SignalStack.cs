using System.Runtime.InteropServices;

namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>The stack on which the runtime handles a thread's faults, such as the null reference that becomes a <see cref="NullReferenceException"/>.</summary>
/// <remarks>
/// When a signal arrives, the system saves a thread's registers there. A thread that has used tiles has 8 KiB more of them for the rest of its life, for which the
/// runtime's stack of 16 KiB leaves no room: its next null reference would end the process. So it gets a larger one before its first tile.
/// </remarks>
internal static unsafe partial class SignalStack
{
    private const int Bytes = 64 << 10;
    private const int GuardBytes = 4 << 10;
    private const int NoAccess = 0;
    private const int ReadWrite = 3;
    private const int PrivateAnonymousStack = 0x20022;
    private const int Disabled = 2;

    /// <summary>Makes sure that the calling thread's is large enough.</summary>
    public static void Grow()
    {
        Description now;
        if (Exchange(null, &now) != 0 || ((now.Flags & Disabled) == 0 && now.Bytes >= Bytes))
        {
            return;
        }

        // Whole pages from the first byte on, as the runtime makes its own: it unmaps what it finds when the thread ends. Its own stays, never touched.
        var memory = (byte*)Map(null, Bytes + GuardBytes, ReadWrite, PrivateAnonymousStack, -1, 0);
        if ((nint)memory == -1)
        {
            throw new DeviceException("The system refused 64 KiB for a thread's signal stack, without which tiles (AMX) are not safe.", isTransient: true);
        }

        _ = Protect(memory, GuardBytes, NoAccess);
        var larger = new Description { First = memory, Bytes = Bytes + GuardBytes };
        if (Exchange(&larger, null) != 0)
        {
            _ = Unmap(memory, Bytes + GuardBytes);
            throw new DeviceException(
                "The system refused a larger signal stack, without which tiles (AMX) are not safe. Set the AppContext switch Slerp.DisableAmx.", isTransient: false);
        }
    }

    [LibraryImport("libc", EntryPoint = "sigaltstack")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Exchange(Description* next, Description* previous);

    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void* Map(void* address, nuint bytes, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Protect(void* address, nuint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(void* address, nuint bytes);

    /// <summary>The system's stack_t.</summary>
    private struct Description
    {
        public byte* First;
        public int Flags;
        public nuint Bytes;
    }
}
