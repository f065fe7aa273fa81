using System.Runtime.InteropServices;
using Slerp.Engine.Backends.Cpu.Memory;

namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>The stack on which the runtime handles a thread's faults, such as the null reference that becomes a <see cref="NullReferenceException"/>.</summary>
/// <remarks>
/// <para>When a signal arrives, the system saves a thread's registers there. A thread that has used tiles has 8 KiB more of them for the rest of its life, for which the
/// runtime's stack of 16 KiB leaves no room: its next null reference would end the process. So it gets a larger one before its first tile.</para>
/// <para>A thread of ours gives it back when it ends. Another's keeps it: 84 KiB of addresses, never touched, once for each thread that computed or loaded.</para>
/// </remarks>
internal sealed unsafe partial class SignalStack : IDisposable
{
    private const int Bytes = 64 << 10;
    private const int GuardBytes = 4 << 10;
    private const int Disabled = 2;

    private readonly byte* _memory;
    private readonly Description _before;

    private SignalStack(byte* memory, Description before)
    {
        _memory = memory;
        _before = before;
    }

    /// <summary>Makes sure that the calling thread's is large enough.</summary>
    /// <returns>What <see cref="Dispose"/>, on the same thread, undoes; null where it was large enough.</returns>
    /// <exception cref="DeviceException">The system refuses.</exception>
    public static SignalStack? Grow()
    {
        Description now;
        if (Exchange(null, &now) != 0)
        {
            throw Refused();
        }

        if ((now.Flags & Disabled) == 0 && now.Bytes >= Bytes)
        {
            return null;
        }

        var memory = Pages.TryMap(Bytes + GuardBytes, isStack: true);
        if (memory is null)
        {
            throw Refused();
        }

        _ = Pages.Protect(memory, GuardBytes, Pages.NoAccess);
        var larger = new Description { First = memory, Bytes = Bytes + GuardBytes };
        if (Exchange(&larger, null) == 0)
        {
            return new SignalStack(memory, now);
        }

        _ = Pages.Unmap(memory, Bytes + GuardBytes);
        throw Refused();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // Not unmapped where the thread would still stand on it.
        var before = _before;
        if (Exchange(&before, null) == 0)
        {
            _ = Pages.Unmap(_memory, Bytes + GuardBytes);
        }
    }

    private static DeviceException Refused() =>
        new("The system refused a thread a larger signal stack, without which tiles (AMX) are not safe. Set the AppContext switch Slerp.DisableAmx.", isTransient: true);

    [LibraryImport("libc", EntryPoint = "sigaltstack")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Exchange(Description* next, Description* previous);

    /// <summary>The system's stack_t.</summary>
    private struct Description
    {
        public byte* First;
        public int Flags;
        public nuint Bytes;
    }
}
