using System.Runtime.InteropServices;

namespace Slerp.Engine.Backends.Cpu.Memory;

/// <summary>The system's calls for pages of memory, on Linux.</summary>
internal static unsafe partial class Pages
{
    /// <summary>Neither read nor written nor executed.</summary>
    public const int NoAccess = 0;

    /// <summary>Executed and read.</summary>
    public const int ReadExecute = 5;

    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;
    private const int Stack = 0x20000;

    /// <summary>Pages of zeros that may be read and written; null where the system refuses.</summary>
    public static byte* TryMap(nuint bytes, bool isStack = false)
    {
        var pages = Map(null, bytes, ReadWrite, PrivateAnonymous | (isStack ? Stack : 0), -1, 0);
        return (nint)pages == -1 ? null : (byte*)pages;
    }

    /// <summary>Gives pages back.</summary>
    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Unmap(void* address, nuint bytes);

    /// <summary>Changes what may be done with pages; 0 where it was done.</summary>
    [LibraryImport("libc", EntryPoint = "mprotect")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Protect(void* address, nuint bytes, int protection);

    /// <summary>Advises the system about pages.</summary>
    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Advise(void* address, nuint bytes, int advice);

    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void* Map(void* address, nuint bytes, int protection, int flags, int file, long offset);
}
