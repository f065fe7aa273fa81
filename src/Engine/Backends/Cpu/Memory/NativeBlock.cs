using System.Runtime.InteropServices;

namespace Slerp.Engine.Backends.Cpu.Memory;

/// <summary>A zeroed block of native memory, aligned to 64 bytes; large ones ask the system for 2 MiB pages where it has them.</summary>
/// <remarks>No finalizer: kernels hold plain pointers, which the collector does not see. The owner frees.</remarks>
internal sealed unsafe class NativeBlock : IDisposable
{
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePage = 14;

    private readonly nuint _mappedBytes;
    private void* _base;

    /// <summary>Takes memory from the system.</summary>
    /// <exception cref="DeviceException">There is not enough.</exception>
    public NativeBlock(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        var wanted = ((nuint)bytes + 63) & ~(nuint)63;
        if (OperatingSystem.IsLinux() && wanted >= HugePage)
        {
            _mappedBytes = wanted + HugePage;
            _base = Pages.TryMap(_mappedBytes);
            if (_base is null)
            {
                throw Refused(bytes);
            }

            Pointer = (byte*)(((nuint)_base + HugePage - 1) & ~(HugePage - 1));
            // Only advice: a system without huge pages serves small ones.
            _ = Pages.Advise(Pointer, wanted, AdviseHugePage);
            return;
        }

        try
        {
            _base = NativeMemory.AlignedAlloc(Math.Max(wanted, 64), 64);
        }
        catch (OutOfMemoryException exception)
        {
            throw Refused(bytes, exception);
        }

        NativeMemory.Clear(_base, Math.Max(wanted, 64));
        Pointer = (byte*)_base;
    }

    /// <summary>The first byte.</summary>
    public byte* Pointer { get; private set; }

    /// <summary>Bytes usable from <see cref="Pointer"/>; none once it was disposed, so that an owner whose next block is refused does not take it for one.</summary>
    public long Bytes { get; private set; }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_base is null)
        {
            return;
        }

        if (_mappedBytes > 0)
        {
            _ = Pages.Unmap(_base, _mappedBytes);
        }
        else
        {
            NativeMemory.AlignedFree(_base);
        }

        _base = null;
        Pointer = null;
        Bytes = 0;
    }

    private static DeviceException Refused(long bytes, Exception? cause = null) =>
        new($"The system refused {bytes:N0} bytes of memory. Choose a smaller weight format, model or context.", isTransient: true, cause);
}
